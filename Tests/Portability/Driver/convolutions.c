// Convolution forwards and its two gradients, and pooling.
#include "driver.h"

static long output_size(long input, long kernel, long stride, long padding, long dilation) {
  return (input + 2 * padding - (kernel - 1) * dilation - 1) / stride + 1;
}

// A window over images of up to `channels` channels; `dilates` where it may leave pixels out.
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
  g.outHeight = output_size(g.height, g.kernelHeight, g.strideHeight, g.paddingHeight, g.dilationHeight);
  g.outWidth = output_size(g.width, g.kernelWidth, g.strideWidth, g.paddingWidth, g.dilationWidth);
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

static void forward(void) {
  const dpt_convolution g = draw_window(40, draw(1, 40), draw(1, 3), true);
  const long inner = g.kernelHeight * g.kernelWidth * g.channels;
  float *packed = floats((long)dpt_packed_count(inner, g.outputs));
  dpt_pack_transposed(random_floats(g.outputs * inner, 1), g.outputs, inner, inner, packed);
  const float *bias = random_floats(g.yStride, 1), *zeros = floats(g.xStride);
  float *y = floats(g.batch * g.yImage);
  dpt_convolve(&g, random_floats(g.batch * g.xImage, 1), packed, draw_bool() ? bias : NULL, zeros, y, draw_bool());
  hash_output(&g, y);
}

static void backward(void) {
  const dpt_convolution g = draw_window(40, draw(1, 40), draw(1, 3), true);
  const long taps = g.kernelHeight * g.kernelWidth;
  float *packed = floats((long)dpt_packed_count(taps * g.outputs, g.channels));
  const float *weights = random_floats(g.outputs * taps * g.channels, 1), *zeros = floats(g.yStride);
  dpt_pack_convolution_back(weights, g.outputs, taps, g.channels, taps * g.channels, packed);
  float *dx = floats(g.batch * g.xImage);
  dpt_convolve_back(&g, random_floats(g.batch * g.yImage, 1), packed, zeros, dx);
  hash_input(&g, dx);
}

static void gradient(void) {
  const part s = random_part(5);
  const dpt_convolution g = draw_window(40, draw(1, 30), s.samples, true);
  const long row = g.kernelHeight * g.kernelWidth * g.channels, node = g.outputs * row;
  float *scratch = floats((long)dpt_convolution_gradient_scratch(&g, s.program.shards));
  float *out = floats(s.nodes * node);
  const float *x = random_floats(g.batch * g.xImage, 1), *dy = random_floats(g.batch * g.yImage, 1);
  dpt_convolution_gradient(&g, x, dy, out, row, node, scratch, &s.program);
  hash_floats(out, s.nodes * node);
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
    // Equal values and values that are no numbers come up too.
    for (long i = 0; i < g.batch * g.xImage; i += draw(1, 20)) x[i] = draw_bool() ? 0.5f : draw_any_float();
    int32_t *taps = memory((size_t)(g.batch * g.yImage) * sizeof(int32_t));
    dpt_max_pool(&g, x, y, taps);
    dpt_max_pool_back(&g, dy, taps, dx);
    for (long i = 0; i < g.batch * g.outHeight * g.outWidth; i++) hash_words(taps + i * g.yStride, g.channels);
  }
  hash_output(&g, y);
  hash_input(&g, dx);
}

void convolution_cases(void) {
  each_case("convolution", 150, forward);
  each_case("convolution-back", 150, backward);
  each_case("convolution-gradient", 120, gradient);
  each_case("pooling", 300, pooling);
}
