// Random windows over images or sequences.
#include "windows.h"

long output_size(long input, long kernel, long stride, long padding, long dilation) {
  return (input + padding - (kernel - 1) * dilation - 1) / stride + 1;
}

void lay_out(dpt_convolution *g, window_layout layout, long xStride, long yStride) {
  const bool isTimeMajor = layout == TIME_MAJOR;
  g->xStride = xStride;
  g->xLine = (isTimeMajor ? g->batch : g->width) * xStride;
  g->xImage = isTimeMajor ? xStride : g->height * g->xLine;
  g->yStride = yStride;
  g->yLine = (isTimeMajor ? g->batch : g->outWidth) * yStride;
  g->yImage = isTimeMajor ? yStride : g->outHeight * g->yLine;
  g->xStarts = g->yStarts = NULL;
}

dpt_convolution draw_window(long channels, long outputs, long batch, bool dilates) {
  // Large images of few channels: several small ones are laid out at once.
  const bool isLarge = draw(0, 9) == 0, isSequence = !isLarge && draw(0, 4) == 0;
  dpt_convolution g = {.precision = precision, .batch = batch, .channels = draw(1, isLarge ? 5 : channels)};
  g.outputs = outputs;
  if (outputs == 0) g.outputs = g.channels;
  else if (isLarge) g.outputs = draw(1, 5);
  g.kernelHeight = draw(1, 4);
  g.kernelWidth = isSequence ? 1 : draw(1, 4);
  g.strideHeight = draw(1, 3);
  g.strideWidth = isSequence ? 1 : draw(1, 3);
  g.dilationHeight = dilates ? draw(1, 2) : 1;
  g.dilationWidth = dilates && !isSequence ? draw(1, 2) : 1;
  g.paddingHeight = draw(0, g.kernelHeight / 2);
  g.paddingWidth = isSequence ? 0 : draw(0, g.kernelWidth / 2);
  g.height = (g.kernelHeight - 1) * g.dilationHeight + (isLarge ? draw(15, 28) : draw(1, 9));
  g.width = isSequence ? 1 : (g.kernelWidth - 1) * g.dilationWidth + (isLarge ? draw(15, 28) : draw(1, 9));
  const long behindHeight = draw(0, g.kernelHeight / 2), behindWidth = isSequence ? 0 : draw(0, g.kernelWidth / 2);
  g.hasPadding = g.paddingHeight + behindHeight + g.paddingWidth + behindWidth > 0;
  g.outHeight =
      output_size(g.height, g.kernelHeight, g.strideHeight, g.paddingHeight + behindHeight, g.dilationHeight);
  g.outWidth = output_size(g.width, g.kernelWidth, g.strideWidth, g.paddingWidth + behindWidth, g.dilationWidth);
  lay_out(&g, isSequence ? TIME_MAJOR : IMAGES, PADDED(g.channels), PADDED(g.outputs));
  g.xPadded = g.yPadded = draw_bool();
  return g;
}

void stretch_x(dpt_convolution *g) {
  if (draw_bool()) return;
  g->xLine = g->xLine / g->xStride * (g->xStride + DPT_LANES);
  g->xImage = g->xImage / g->xStride * (g->xStride + DPT_LANES);
  g->xStride += DPT_LANES;
}

window_layout layout_of(const dpt_convolution *g) {
  if (g->xStarts) return OF_LENGTHS;
  return g->xImage == g->xStride ? TIME_MAJOR : IMAGES;
}

void draw_lengths(dpt_convolution *g) {
  int32_t *x = memory((size_t)(g->batch + 1) * sizeof(int32_t)), *y = memory((size_t)(g->batch + 1) * sizeof(int32_t));
  for (long n = 0; n < g->batch; n++) {
    // One stride of inputs less is one output less.
    const long most = (g->height - 1) / g->strideHeight, less = draw(0, most < g->outHeight ? most : g->outHeight - 1);
    x[n + 1] = x[n] + (int32_t)(g->height - less * g->strideHeight);
    y[n + 1] = y[n] + (int32_t)(g->outHeight - less);
  }
  g->xLine = g->xStride;
  g->yLine = g->yStride;
  g->xStarts = x;
  g->yStarts = y;
}

long pixels_of_x(const dpt_convolution *g) { return g->xStarts ? g->xStarts[g->batch] : g->batch * g->height * g->width; }
long pixels_of_y(const dpt_convolution *g) {
  return g->yStarts ? g->yStarts[g->batch] : g->batch * g->outHeight * g->outWidth;
}

void *values_x(const dpt_convolution *g) { return values(pixels_of_x(g) * g->xStride); }
void *values_y(const dpt_convolution *g) { return values(pixels_of_y(g) * g->yStride); }
void *random_x(const dpt_convolution *g) { return random_values(pixels_of_x(g) * g->xStride, 1); }
void *random_y(const dpt_convolution *g) { return random_values(pixels_of_y(g) * g->yStride, 1); }

void hash_x(const dpt_convolution *g, const void *x) { hash_values(x, pixels_of_x(g), g->channels, g->xStride); }
void hash_y(const dpt_convolution *g, const void *y) { hash_values(y, pixels_of_y(g), g->outputs, g->yStride); }
