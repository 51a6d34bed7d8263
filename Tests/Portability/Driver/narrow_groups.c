// Convolutions in narrow groups, all groups at once.
#include "windows.h"

static long width;

static dpt_convolution draw_groups(long batch) {
  width = 1L << draw(0, 3);
  const long channels = width * draw(1, 40 / width);
  dpt_convolution g = draw_window(40, 0, batch, true);
  g.channels = g.outputs = channels;
  g.xPadded = g.yPadded = true;
  const window_layout layout = layout_of(&g);
  lay_out(&g, layout, PADDED(channels) + 16 * draw(0, 1), PADDED(channels) + 16 * draw(0, 1));
  if (layout == TIME_MAJOR && draw_bool()) draw_lengths(&g);
  return g;
}

static float *rounded(float *packed, size_t count) {
  if (precision == DPT_IN_BFLOAT16) dpt_round_floats(packed, (long)count);
  return packed;
}

static void forward(void) {
  const dpt_convolution g = draw_groups(draw(1, 4));
  const long inner = g.kernelHeight * g.kernelWidth * width;
  const size_t count = dpt_packed_count(inner, g.outputs);
  float *packed = scratch(count);
  dpt_pack_transposed(random_floats(g.outputs * inner, 1), g.outputs, inner, inner, packed);
  const float *bias = draw_bool() ? random_starts(PADDED(g.outputs), 1) : NULL;
  void *y = values_y(&g);
  dpt_convolve_narrow_groups(&g, width, random_x(&g), rounded(packed, count), bias, y, draw_bool(),
                             scratch(dpt_narrow_groups_scratch(&g)));
  hash_y(&g, y);
}

static void backward(void) {
  const part s = random_part(5);
  const dpt_convolution g = draw_groups(s.samples);
  const long taps = g.kernelHeight * g.kernelWidth, inner = taps * width;
  const size_t count = dpt_packed_count(inner, g.channels);
  dpt_convolution_backward p = {.convolution = g, .inverse = g, .weightRow = inner};
  p.node = PADDED(g.outputs * inner) + PADDED(g.outputs);
  float *gradients = floats(s.nodes * p.node), *packed = scratch(count);
  dpt_pack_narrow_groups_back(random_floats(g.outputs * inner, 1), g.channels, taps, width, packed);
  p.packed = rounded(packed, count);
  p.x = random_x(&g);
  p.weightGradient = gradients;
  if (draw_bool()) p.biasGradient = gradients + PADDED(g.outputs * inner);
  stretch_x(&p.inverse);
  if (draw_bool()) p.dx = random_x(&p.inverse);
  void *y = random_y(&g);
  p.dy = random_y(&g);
  p.dyStride = p.rectifiedStride = g.yStride;
  const long channels = PADDED(g.outputs);
  // Nothing follows sequences.
  const bool isImage = layout_of(&g) == IMAGES;
  p.follower = !isImage || draw_bool() ? DPT_GIVEN : DPT_NORMALIZED;
  p.normalized = y;
  p.norm = (dpt_norm_gradient){random_floats(channels, 1), random_floats(channels, 1), random_floats(channels, 1),
                               random_floats(channels, 1), draw_bool() ? random_floats(channels, 1) : NULL,
                               random_floats(channels, 1)};
  if (p.follower == DPT_GIVEN && isImage && draw_bool()) p.rectified = y;
  const bool changes = p.follower == DPT_NORMALIZED || p.rectified;
  p.scratch = scratch(dpt_narrow_groups_backward_scratch(&g, width, s.program.shards, changes));
  dpt_convolve_narrow_groups_back(&p, width, &s.program);
  hash_floats(gradients, s.nodes * p.node);
  if (p.dx) hash_x(&p.inverse, p.dx);
}

void narrow_group_cases(void) {
  each_precision("narrow-groups", 400, forward);
  each_precision("narrow-groups-back", 400, backward);
}
