// Convolution forward and backward, alone and followed by pooling; pooling.
#include "driver.h"

// `padding` is that on both sides together.
static long output_size(long input, long kernel, long stride, long padding, long dilation) {
  return (input + padding - (kernel - 1) * dilation - 1) / stride + 1;
}

// A window over images of up to `channels` channels; with `dilates` it may be dilated.
static dpt_convolution draw_window(long channels, long outputs, long batch, bool dilates) {
  dpt_convolution g = {.batch = batch, .channels = draw(1, channels), .outputs = outputs};
  if (outputs == 0) g.outputs = g.channels;
  g.kernelHeight = draw(1, 4);
  g.kernelWidth = draw(1, 4);
  g.strideHeight = draw(1, 3);
  g.strideWidth = draw(1, 3);
  g.dilationHeight = dilates ? draw(1, 2) : 1;
  g.dilationWidth = dilates ? draw(1, 2) : 1;
  g.paddingHeight = draw(0, g.kernelHeight / 2);
  g.paddingWidth = draw(0, g.kernelWidth / 2);
  g.height = (g.kernelHeight - 1) * g.dilationHeight + draw(1, 9);
  g.width = (g.kernelWidth - 1) * g.dilationWidth + draw(1, 9);
  const long behindHeight = draw(0, g.kernelHeight / 2), behindWidth = draw(0, g.kernelWidth / 2);
  g.hasPadding = g.paddingHeight + behindHeight + g.paddingWidth + behindWidth > 0;
  g.outHeight =
      output_size(g.height, g.kernelHeight, g.strideHeight, g.paddingHeight + behindHeight, g.dilationHeight);
  g.outWidth = output_size(g.width, g.kernelWidth, g.strideWidth, g.paddingWidth + behindWidth, g.dilationWidth);
  g.xStride = PADDED(g.channels);
  g.xLine = g.width * g.xStride;
  g.xImage = g.height * g.xLine;
  g.yStride = PADDED(g.outputs);
  g.yLine = g.outWidth * g.yStride;
  g.yImage = g.outHeight * g.yLine;
  g.xPadded = g.yPadded = draw_bool();
  return g;
}

static void hash_input(const dpt_convolution *g, const float *x) {
  hash_rows(x, g->batch * g->height * g->width, g->channels, g->xStride);
}
static void hash_output(const dpt_convolution *g, const float *y) {
  hash_rows(y, g->batch * g->outHeight * g->outWidth, g->outputs, g->yStride);
}

// The same window, half of the time made by Winograd's tiles.
static dpt_convolution draw_convolution(long batch) {
  dpt_convolution g = draw_window(40, draw(1, 40), batch, true);
  if (draw_bool()) return g;
  g.xPadded = g.yPadded = true;
  g.strideHeight = g.strideWidth = g.dilationHeight = g.dilationWidth = 1;
  const bool isSequence = draw(0, 2) == 0;
  g.kernelHeight = draw_bool() ? 3 : 5;
  g.tileHeight = isSequence || (g.kernelHeight == 3 && draw_bool()) ? 4 : 2;
  g.kernelWidth = isSequence ? 1 : g.kernelHeight;
  g.tileWidth = isSequence ? 1 : g.tileHeight;
  if (isSequence) {
    g.width = 1;
    g.paddingWidth = 0;
  }
  g.paddingHeight = draw(0, 3);
  const long behindHeight = draw(0, 3);
  g.hasPadding = g.paddingHeight + behindHeight + g.paddingWidth > 0;
  g.height += g.kernelHeight - 1;
  g.width += g.kernelWidth - 1;
  g.outHeight = output_size(g.height, g.kernelHeight, 1, g.paddingHeight + behindHeight, 1);
  g.outWidth = output_size(g.width, g.kernelWidth, 1, 2 * g.paddingWidth, 1);
  g.xLine = g.width * g.xStride;
  g.xImage = g.height * g.xLine;
  g.yLine = g.outWidth * g.yStride;
  g.yImage = g.outHeight * g.yLine;
  return g;
}

static void forward(void) {
  const dpt_convolution g = draw_convolution(draw(1, 3));
  const long inner = g.kernelHeight * g.kernelWidth * g.channels;
  float *packed = floats((long)dpt_convolution_packed(&g));
  dpt_pack_convolution(&g, random_floats(g.outputs * inner, 1), packed);
  const float *bias = random_floats(g.yStride, 1), *x = random_floats(g.batch * g.xImage, 1);
  float *y = floats(g.batch * g.yImage), *scratch = floats((long)dpt_convolution_scratch(&g));
  dpt_convolve(&g, x, packed, draw_bool() ? bias : NULL, y, draw_bool(), scratch);
  hash_output(&g, y);
}

// Max pooling after a convolution.
static dpt_convolution draw_pool(const dpt_convolution *g) {
  dpt_convolution pool = {
      .batch = g->batch, .height = g->outHeight, .width = g->outWidth, .channels = g->outputs, .outputs = g->outputs,
      .xStride = g->yStride, .xLine = g->yLine, .xImage = g->yImage, .yStride = g->yStride, .dilationHeight = 1,
      .dilationWidth = 1, .xPadded = true, .yPadded = true,
  };
  pool.kernelHeight = draw(1, g->outHeight < 3 ? g->outHeight : 3);
  pool.kernelWidth = draw(1, g->outWidth < 3 ? g->outWidth : 3);
  pool.strideHeight = draw(1, 2);
  pool.strideWidth = draw(1, 2);
  pool.outHeight = output_size(pool.height, pool.kernelHeight, pool.strideHeight, 0, 1);
  pool.outWidth = output_size(pool.width, pool.kernelWidth, pool.strideWidth, 0, 1);
  pool.yLine = pool.outWidth * pool.yStride;
  pool.yImage = pool.outHeight * pool.yLine;
  return pool;
}

static void backward(void) {
  const part s = random_part(5);
  dpt_convolution g = draw_convolution(s.samples);
  const bool isDense = g.yLine == g.outWidth * g.yStride && g.yImage == g.outHeight * g.yLine;
  const dpt_follower follower = draw_bool() ? DPT_GIVEN : isDense && draw_bool() ? DPT_NORMALIZED : DPT_POOLED;
  if (follower != DPT_GIVEN) g.yPadded = true;
  const long taps = g.kernelHeight * g.kernelWidth, row = taps * g.channels;
  dpt_convolution_backward p = {.convolution = g, .inverse = g, .weightRow = row, .follower = follower};
  p.node = PADDED(g.outputs * row) + PADDED(g.outputs);
  float *gradients = floats(s.nodes * p.node), *packed = floats((long)dpt_convolution_packed_back(&g));
  p.x = random_floats(g.batch * g.xImage, 1);
  const float *weights = random_floats(g.outputs * row, 1);
  dpt_pack_convolution_back(&g, weights, packed);
  p.packed = packed;
  p.scratch = floats((long)dpt_convolution_backward_scratch(&g, s.program.shards, follower));
  p.weightGradient = gradients;
  if (draw_bool()) p.biasGradient = gradients + PADDED(g.outputs * row);
  if (draw_bool()) p.dx = random_floats(g.batch * g.xImage, 1);
  p.adds = p.dx && g.tileHeight == 0 && draw_bool();
  float *y = random_floats(g.batch * g.yImage, 1);
  if (follower == DPT_POOLED) {
    p.pool = draw_pool(&g);
    int8_t *winners = memory((size_t)(g.batch * p.pool.yImage));
    dpt_max_pool(&p.pool, y, floats(g.batch * p.pool.yImage), winners, draw_bool());
    p.taps = winners;
    p.pooled = random_floats(g.batch * p.pool.yImage, 1);
  } else {
    p.dy = random_floats(g.batch * g.yImage, 1);
    if (follower == DPT_GIVEN && draw_bool()) p.rectified = y;
    p.normalized = y;
    const long channels = PADDED(g.outputs);
    p.norm = (dpt_norm_gradient){random_floats(channels, 1), random_floats(channels, 1), random_floats(channels, 1),
                                 random_floats(channels, 1), draw_bool() ? random_floats(channels, 1) : NULL,
                                 random_floats(channels, 1)};
  }
  dpt_convolve_back(&p, &s.program);
  hash_floats(gradients, s.nodes * p.node);
  if (p.dx) hash_input(&g, p.dx);
}

// The largest value of each channel; equal values and NaNs occur too.
static void global_pooling(void) {
  dpt_convolution g = draw_window(40, 0, draw(1, 3), false);
  g.xPadded = g.yPadded = true;
  g.yImage = g.yStride;
  float *x = random_floats(g.batch * g.xImage, 1), *y = floats(g.batch * g.yImage), *dx = floats(g.batch * g.xImage);
  for (long i = 0; i < g.batch * g.xImage; i += draw(1, 20)) x[i] = draw_bool() ? 0.5f : draw_any_float();
  int32_t *pixels = memory((size_t)(g.batch * g.yImage) * sizeof(int32_t));
  dpt_global_max_pool(&g, x, y, pixels);
  dpt_global_max_pool_back(&g, random_floats(g.batch * g.yImage, 1), pixels, dx);
  for (long n = 0; n < g.batch; n++) hash_words(pixels + n * g.yImage, g.channels);
  hash_rows(y, g.batch, g.channels, g.yStride);
  hash_input(&g, dx);
}

static void pooling(void) {
  const bool averages = draw_bool();
  dpt_convolution g = draw_window(40, 0, draw(1, 3), !averages);
  g.xPadded = g.yPadded = true;
  float *x = random_floats(g.batch * g.xImage, 1), *dy = random_floats(g.batch * g.yImage, 1);
  float *y = floats(g.batch * g.yImage), *dx = floats(g.batch * g.xImage);
  if (averages) {
    dpt_average_pool(&g, x, y);
    dpt_average_pool_back(&g, dy, dx);
  } else {
    // Equal values and NaNs occur too.
    for (long i = 0; i < g.batch * g.xImage; i += draw(1, 20)) x[i] = draw_bool() ? 0.5f : draw_any_float();
    int8_t *taps = memory((size_t)(g.batch * g.yImage));
    dpt_max_pool(&g, x, y, taps, draw_bool());
    dpt_max_pool_back(&g, dy, taps, dx);
    for (long i = 0; i < g.batch * g.outHeight * g.outWidth; i++)
      for (long c = 0; c < g.channels; c++) hash_words(&(int32_t){taps[i * g.yStride + c]}, 1);
  }
  hash_output(&g, y);
  hash_input(&g, dx);
}

void convolution_cases(void) {
  each_case("convolution", 150, forward);
  each_case("convolution-back", 250, backward);
  each_case("pooling", 300, pooling);
  each_case("global-max-pool", 100, global_pooling);
}
