// Pooling and upsampling.
#include "windows.h"

// Equal values and NaNs occur too.
static void spread_specials(const dpt_convolution *g, void *x) {
  for (long i = 0; i < pixels_of_x(g) * g->xStride; i += draw(1, 20))
    set_value(x, i, draw_bool() ? 0.5f : draw_any_float());
}

// The largest value of each channel.
static void global_pooling(void) {
  dpt_convolution g = draw_window(40, 0, draw(1, 3), false);
  g.xPadded = g.yPadded = true;
  stretch_x(&g);
  g.yImage = g.yStride;
  void *x = random_x(&g), *y = values_y(&g), *dx = values_x(&g);
  spread_specials(&g, x);
  int32_t *pixels = memory((size_t)(g.batch * g.yImage) * sizeof(int32_t));
  dpt_global_max_pool(&g, x, y, pixels);
  dpt_global_max_pool_back(&g, random_y(&g), pixels, dx);
  for (long n = 0; n < g.batch; n++) hash_words(pixels + n * g.yImage, g.channels);
  hash_values(y, g.batch, g.channels, g.yStride);
  hash_x(&g, dx);
}

static void pooling(void) {
  const bool averages = draw_bool();
  dpt_convolution g = draw_window(40, 0, draw(1, 3), !averages);
  g.xPadded = g.yPadded = true;
  lay_out(&g, layout_of(&g), g.xStride + 16 * draw(0, 1), g.yStride + 16 * draw(0, 1));
  void *x = random_x(&g), *dy = random_y(&g);
  void *y = values_y(&g), *dx = values_x(&g);
  if (averages) {
    // Windows end in the padding at the end, however much there is.
    g.behindHeight = g.kernelHeight;
    g.behindWidth = g.kernelWidth;
    dpt_average_pool(&g, DPT_PADDING_COUNTS, x, y);
    dpt_average_pool_back(&g, DPT_PADDING_COUNTS, dy, dx);
  } else {
    spread_specials(&g, x);
    int8_t *taps = memory((size_t)(pixels_of_y(&g) * PADDED(g.channels)));
    dpt_max_pool(&g, x, y, taps, draw_bool());
    dpt_max_pool_back(&g, dy, taps, dx);
    for (long i = 0; i < g.batch * g.outHeight * g.outWidth; i++)
      hash_bytes(taps + i * PADDED(g.channels), (size_t)g.channels);
  }
  hash_y(&g, y);
  hash_x(&g, dx);
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
  lay_out(&g, layout_of(&g), g.xStride + 16 * draw(0, 1), g.yStride + 16 * draw(0, 1));
  void *y = values_y(&g), *dx = values_x(&g);
  dpt_average_pool(&g, average, random_x(&g), y);
  dpt_average_pool_back(&g, average, random_y(&g), dx);
  hash_y(&g, y);
  hash_x(&g, dx);
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
  dpt_upsampling g = {.precision = precision, .batch = draw(1, 3), .channels = draw(1, 40), .down = draw_axis(),
                      .across = draw_axis()};
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

void pooling_cases(void) {
  each_precision("pooling", 300, pooling);
  each_precision("global-max-pool", 120, global_pooling);
  each_precision("average-pool", 300, means);
  each_precision("upsample", 200, upsampling);
}
