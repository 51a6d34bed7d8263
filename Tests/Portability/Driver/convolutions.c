// Convolution forward and backward, alone and followed by pooling; pooling.
#include "driver.h"

// `padding` is that on both sides together.
static long output_size(long input, long kernel, long stride, long padding, long dilation) {
  return (input + padding - (kernel - 1) * dilation - 1) / stride + 1;
}

// A window over images of up to `channels` channels; with `dilates` it may be dilated.
static dpt_convolution draw_window(long channels, long outputs, long batch, bool dilates) {
  dpt_convolution g = {.precision = precision, .batch = batch, .channels = draw(1, channels), .outputs = outputs};
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

static void hash_input(const dpt_convolution *g, const void *x) {
  hash_values(x, g->batch * g->height * g->width, g->channels, g->xStride);
}
static void hash_output(const dpt_convolution *g, const void *y) {
  hash_values(y, g->batch * g->outHeight * g->outWidth, g->outputs, g->yStride);
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
  const float *bias = random_floats(g.yStride, 1);
  const void *x = random_values(g.batch * g.xImage, 1);
  void *y = values(g.batch * g.yImage);
  const bool hasBias = draw_bool(), relu = draw_bool();
  dpt_convolve(&g, x, packed, hasBias ? bias : NULL, y, relu, scratch(dpt_convolution_scratch(&g)));
  hash_output(&g, y);
}

// Max pooling after a convolution.
static dpt_convolution draw_pool(const dpt_convolution *g) {
  dpt_convolution pool = {
      .precision = precision, .batch = g->batch, .height = g->outHeight, .width = g->outWidth, .channels = g->outputs, .outputs = g->outputs,
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
  p.x = random_values(g.batch * g.xImage, 1);
  const float *weights = random_floats(g.outputs * row, 1);
  dpt_pack_convolution_back(&g, weights, packed);
  p.packed = packed;
  p.scratch = scratch(dpt_convolution_backward_scratch(&g, s.program.shards, follower));
  p.weightGradient = gradients;
  if (draw_bool()) p.biasGradient = gradients + PADDED(g.outputs * row);
  if (draw_bool()) p.dx = random_values(g.batch * g.xImage, 1);
  p.adds = p.dx && g.tileHeight == 0 && draw_bool();
  void *y = random_values(g.batch * g.yImage, 1);
  if (follower == DPT_POOLED) {
    p.pool = draw_pool(&g);
    int8_t *winners = memory((size_t)(g.batch * p.pool.yImage));
    dpt_max_pool(&p.pool, y, values(g.batch * p.pool.yImage), winners, draw_bool());
    p.taps = winners;
    p.pooled = random_values(g.batch * p.pool.yImage, 1);
  } else {
    p.dy = random_values(g.batch * g.yImage, 1);
    p.dyStride = p.rectifiedStride = g.yStride;
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
  void *x = random_values(g.batch * g.xImage, 1), *y = values(g.batch * g.yImage), *dx = values(g.batch * g.xImage);
  for (long i = 0; i < g.batch * g.xImage; i += draw(1, 20)) set_value(x, i, draw_bool() ? 0.5f : draw_any_float());
  int32_t *pixels = memory((size_t)(g.batch * g.yImage) * sizeof(int32_t));
  dpt_global_max_pool(&g, x, y, pixels);
  dpt_global_max_pool_back(&g, random_values(g.batch * g.yImage, 1), pixels, dx);
  for (long n = 0; n < g.batch; n++) hash_words(pixels + n * g.yImage, g.channels);
  hash_values(y, g.batch, g.channels, g.yStride);
  hash_input(&g, dx);
}

static void pooling(void) {
  const bool averages = draw_bool();
  dpt_convolution g = draw_window(40, 0, draw(1, 3), !averages);
  g.xPadded = g.yPadded = true;
  void *x = random_values(g.batch * g.xImage, 1), *dy = random_values(g.batch * g.yImage, 1);
  void *y = values(g.batch * g.yImage), *dx = values(g.batch * g.xImage);
  if (averages) {
    // Windows end in the padding behind, however much there is.
    g.behindHeight = g.kernelHeight;
    g.behindWidth = g.kernelWidth;
    dpt_average_pool(&g, DPT_PADDING_COUNTS, x, y);
    dpt_average_pool_back(&g, DPT_PADDING_COUNTS, dy, dx);
  } else {
    // Equal values and NaNs occur too.
    for (long i = 0; i < g.batch * g.xImage; i += draw(1, 20)) set_value(x, i, draw_bool() ? 0.5f : draw_any_float());
    int8_t *taps = memory((size_t)(g.batch * g.yImage));
    dpt_max_pool(&g, x, y, taps, draw_bool());
    dpt_max_pool_back(&g, dy, taps, dx);
    for (long i = 0; i < g.batch * g.outHeight * g.outWidth; i++)
      for (long c = 0; c < g.channels; c++) hash_words(&(int32_t){taps[i * g.yStride + c]}, 1);
  }
  hash_output(&g, y);
  hash_input(&g, dx);
}

// Means whose windows reach beyond the padding, do not count it, or adapt to a size.
static void means(void) {
  const dpt_average average = draw_bool() ? DPT_PADDING_COUNTS : draw_bool() ? DPT_PADDING_IGNORED : DPT_ADAPTIVE;
  dpt_convolution g = draw_window(40, 0, draw(1, 3), false);
  g.xPadded = g.yPadded = true;
  g.behindHeight = g.paddingHeight;
  g.behindWidth = g.paddingWidth;
  // The last windows begin inside the image.
  g.outHeight = average == DPT_ADAPTIVE ? draw(1, 9) : (g.height + g.paddingHeight - 1) / g.strideHeight + 1;
  g.outWidth = average == DPT_ADAPTIVE ? draw(1, 9) : (g.width + g.paddingWidth - 1) / g.strideWidth + 1;
  g.yLine = g.outWidth * g.yStride;
  g.yImage = g.outHeight * g.yLine;
  void *y = values(g.batch * g.yImage), *dx = values(g.batch * g.xImage);
  dpt_average_pool(&g, average, random_values(g.batch * g.xImage, 1), y);
  dpt_average_pool_back(&g, average, random_values(g.batch * g.yImage, 1), dx);
  hash_output(&g, y);
  hash_input(&g, dx);
}

static void transposed(void) {
  dpt_convolution g = draw_window(40, draw(1, 40), draw(1, 3), true);
  const long row = g.kernelHeight * g.kernelWidth * g.channels;
  float *packed = floats((long)dpt_convolution_packed_back(&g));
  void *y = values(g.batch * g.xImage);
  dpt_pack_convolution_back(&g, random_floats(g.outputs * row, 1), packed);
  const float *bias = random_floats(g.xStride, 1);
  const void *x = random_values(g.batch * g.yImage, 1);
  dpt_convolve_transposed(&g, x, packed, draw_bool() ? bias : NULL, y, scratch(dpt_transposed_scratch(&g)));
  hash_input(&g, y);
}

// An axis, each of whose pixels is made of two neighbours or of one.
static dpt_upsampled_axis draw_axis(void) {
  dpt_upsampled_axis axis = {.size = draw(1, 6), .blends = draw_bool()};
  const long scale = draw(1, 4), outSize = axis.outSize = axis.size * scale, row = axis.weightsRow = 2 * scale + 1;
  int32_t *below = memory((size_t)outSize * sizeof(int32_t)), *above = memory((size_t)outSize * sizeof(int32_t));
  int32_t *first = memory((size_t)axis.size * sizeof(int32_t)), *end = memory((size_t)axis.size * sizeof(int32_t));
  float *share = floats(outSize), *weights = floats(axis.size * row);
  for (long o = 0; o < outSize; o++) {
    below[o] = above[o] = (int32_t)(o / scale);
    if (!axis.blends || o / scale + 1 == axis.size) continue;
    above[o]++;
    share[o] = (float)draw(1, 9) / 10;
  }
  for (long i = 0; i < axis.size; i++)
    for (long o = 0; o < outSize; o++) {
      if (below[o] != i && above[o] != i) continue;
      if (end[i] == 0) first[i] = (int32_t)o;
      end[i] = (int32_t)(o + 1);
      weights[i * row + o - first[i]] = below[o] == i ? 1 - share[o] : share[o];
    }
  axis.below = below, axis.above = above, axis.first = first, axis.end = end;
  axis.share = share, axis.weights = weights;
  return axis;
}

static void upsampling(void) {
  dpt_upsampling g = {.precision = precision, .batch = draw(1, 3), .channels = draw(1, 40), .down = draw_axis(), .across = draw_axis()};
  g.xStride = g.yStride = PADDED(g.channels);
  g.xLine = g.across.size * g.xStride;
  g.xImage = g.down.size * g.xLine;
  g.yLine = g.across.outSize * g.yStride;
  g.yImage = g.down.outSize * g.yLine;
  void *y = values(g.batch * g.yImage), *dx = values(g.batch * g.xImage);
  dpt_upsample(&g, random_values(g.batch * g.xImage, 1), y);
  dpt_upsample_back(&g, random_values(g.batch * g.yImage, 1), dx);
  hash_values(y, g.batch * g.down.outSize * g.across.outSize, g.channels, g.yStride);
  hash_values(dx, g.batch * g.down.size * g.across.size, g.channels, g.xStride);
}

void convolution_cases(void) {
  each_precision("convolution", 150, forward);
  each_precision("convolution-back", 250, backward);
  each_precision("pooling", 300, pooling);
  each_precision("global-max-pool", 100, global_pooling);
  each_precision("average-pool", 300, means);
  each_precision("conv-transpose", 200, transposed);
  each_precision("upsample", 200, upsampling);
}
