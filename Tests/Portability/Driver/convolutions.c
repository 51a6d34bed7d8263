// Convolutions, directly and by Winograd's tiles: forward; backward, alone and followed by pooling or a normalization; and
// transposed.
#include "windows.h"

// A convolution, half of the time made by Winograd's tiles. Pixels may lie in wider rows.
static dpt_convolution draw_convolution(long batch) {
  dpt_convolution g = draw_window(40, draw(1, 40), batch, true);
  window_layout layout = layout_of(&g);
  if (draw_bool()) {
    g.xPadded = g.yPadded = true;
    g.strideHeight = g.strideWidth = g.dilationHeight = g.dilationWidth = 1;
    const bool isSequence = draw(0, 2) == 0;
    layout = isSequence ? TIME_MAJOR : IMAGES;
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
  }
  lay_out(&g, layout, g.xStride + 16 * draw(0, 1), g.yStride + 16 * draw(0, 1));
  if (layout == TIME_MAJOR && draw_bool()) draw_lengths(&g);
  return g;
}

// Columns of rows, where a group of channels may begin.
static long draw_column(long stride, long columns, bool isPadded) {
  return draw_bool() ? 0 : draw(0, stride - (isPadded ? PADDED(columns) : columns));
}

static float *packed_weights(const dpt_convolution *g) {
  const long count = g->outputs * g->kernelHeight * g->kernelWidth * g->channels;
  float *packed = scratch(dpt_convolution_packed(g));
  dpt_pack_convolution(g, random_floats(count, 1), packed);
  return packed;
}

static float *packed_back(const dpt_convolution *g) {
  const long count = g->outputs * g->kernelHeight * g->kernelWidth * g->channels;
  float *packed = scratch(dpt_convolution_packed_back(g));
  dpt_pack_convolution_back(g, random_floats(count, 1), packed);
  return packed;
}

static void forward(void) {
  const dpt_convolution g = draw_convolution(draw(1, 9));
  const float *packed = packed_weights(&g), *bias = draw_bool() ? random_starts(PADDED(g.outputs), 1) : NULL;
  const void *x = value_at(random_x(&g), draw_column(g.xStride, g.channels, g.xPadded));
  void *rows = values_y(&g), *y = value_at(rows, draw_column(g.yStride, g.outputs, g.yPadded));
  dpt_convolve(&g, x, packed, bias, y, draw_bool(), scratch(dpt_convolution_scratch(&g)));
  if (g.yPadded) hash_y(&g, y);
  else hash_values(rows, pixels_of_y(&g), g.yStride, g.yStride);
}

static void transposed(void) {
  dpt_convolution g = draw_window(40, draw(1, 40), draw(1, 9), true);
  const float *packed = packed_back(&g), *bias = draw_bool() ? random_starts(g.xStride, 1) : NULL;
  const void *x = random_y(&g);
  void *y = values_x(&g);
  dpt_convolve_transposed(&g, x, packed, bias, y, scratch(dpt_transposed_scratch(&g)));
  hash_x(&g, y);
}

// Max pooling after a convolution.
static dpt_convolution draw_pool(const dpt_convolution *g) {
  dpt_convolution pool = {
      .precision = precision, .batch = g->batch, .height = g->outHeight, .width = g->outWidth, .channels = g->outputs,
      .outputs = g->outputs, .dilationHeight = 1, .dilationWidth = 1, .xPadded = true, .yPadded = true,
  };
  pool.kernelHeight = draw(1, g->outHeight < 3 ? g->outHeight : 3);
  pool.kernelWidth = draw(1, g->outWidth < 3 ? g->outWidth : 3);
  pool.strideHeight = draw(1, 2);
  pool.strideWidth = draw(1, 2);
  pool.outHeight = output_size(pool.height, pool.kernelHeight, pool.strideHeight, 0, 1);
  pool.outWidth = output_size(pool.width, pool.kernelWidth, pool.strideWidth, 0, 1);
  lay_out(&pool, IMAGES, g->yStride, g->yStride);
  return pool;
}

// The gradients after a convolution, or after what follows it.
static void draw_gradients(dpt_convolution_backward *p) {
  const dpt_convolution *g = &p->convolution;
  void *y = random_y(g);
  if (p->follower == DPT_POOLED) {
    p->pool = draw_pool(g);
    int8_t *winners = memory((size_t)(g->batch * p->pool.yImage));
    dpt_max_pool(&p->pool, y, values_y(&p->pool), winners, draw_bool());
    p->taps = winners;
    p->pooled = random_y(&p->pool);
    return;
  }
  p->dyStride = p->follower == DPT_NORMALIZED ? PADDED(g->outputs) + 16 * draw(0, 1) : g->yStride;
  p->rectifiedStride = g->yStride;
  p->dy = random_values(pixels_of_y(g) * p->dyStride, 1);
  if (p->follower == DPT_GIVEN && draw_bool()) p->rectified = y;
  p->normalized = y;
  const long channels = PADDED(g->outputs);
  p->norm = (dpt_norm_gradient){random_floats(channels, 1), random_floats(channels, 1), random_floats(channels, 1),
                                random_floats(channels, 1), draw_bool() ? random_floats(channels, 1) : NULL,
                                random_floats(channels, 1)};
}

// What a batch normalization before the convolution needs of dx.
static void draw_sums(dpt_convolution_backward *p, long shards) {
  const dpt_convolution *g = &p->inverse;
  const long width = PADDED(g->channels);
  p->sums = true;
  p->beforeGap = width;
  p->beforeSums = floats(shards * 2 * width);
  p->before = (dpt_batch_norm_sums){
      .x = {.precision = precision, .base = random_x(g), .stride = g->xStride, .outerStride = g->batch * g->xImage,
            .outer = 1, .positions = g->height * g->width, .columns = g->channels},
      .dy = p->dx, .dyStride = g->xStride, .mean = random_floats(width, 1), .inverse = random_floats(width, 1),
      .factor = draw_bool() ? random_floats(width, 1) : NULL, .shift = random_floats(width, 1),
  };
}

static void backward(void) {
  const part s = random_part(5);
  dpt_convolution g = draw_convolution(s.samples);
  const bool isImage = layout_of(&g) == IMAGES;
  // Nothing else follows sequences.
  const dpt_follower follower = !isImage || draw_bool() ? DPT_GIVEN : draw_bool() ? DPT_NORMALIZED : DPT_POOLED;
  if (follower != DPT_GIVEN) g.yPadded = true;
  const long row = g.kernelHeight * g.kernelWidth * g.channels;
  dpt_convolution_backward p = {.convolution = g, .inverse = g, .weightRow = row, .follower = follower};
  p.node = PADDED(g.outputs * row) + PADDED(g.outputs);
  float *gradients = floats(s.nodes * p.node);
  p.x = random_x(&g);
  p.packed = packed_back(&g);
  p.scratch = scratch(dpt_convolution_backward_scratch(&g, s.program.shards, p.follower));
  p.weightGradient = gradients;
  if (draw_bool()) p.biasGradient = gradients + PADDED(g.outputs * row);
  stretch_x(&p.inverse);
  if (draw_bool()) p.dx = random_x(&p.inverse);
  p.adds = p.dx && g.tileHeight == 0 && draw_bool();
  if (p.dx && isImage && g.xPadded && draw_bool()) draw_sums(&p, s.program.shards);
  draw_gradients(&p);
  dpt_convolve_back(&p, &s.program);
  hash_floats(gradients, s.nodes * p.node);
  const bool changes = p.rectified || dpt_convolution_changes_gradients(&g, p.follower);
  if (p.dy && !changes) hash_values(p.dy, pixels_of_y(&g), p.dyStride, p.dyStride);
  // Without room for whole panels nothing else is written.
  if (p.dx) hash_values(p.dx, pixels_of_x(&g), g.xPadded ? g.channels : p.inverse.xStride, p.inverse.xStride);
  if (p.sums) hash_rows(p.beforeSums, s.program.shards * 2, g.channels, p.beforeGap);
}

void convolution_cases(void) {
  each_precision("convolution", 400, forward);
  each_precision("convolution-back", 600, backward);
  each_precision("conv-transpose", 300, transposed);
}
