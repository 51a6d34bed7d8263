// The share of one sample in the weights' gradients of a convolution in narrow groups.
#ifndef DPT_NARROW_GROUPS_GRADIENT_H
#define DPT_NARROW_GROUPS_GRADIENT_H

#include "narrow_groups.h"

// The share of a sample in the weights' gradients: some output lines at a time, sixteen channels after the other, whose
// inputs are packed with zeros where they lie outside the image.
typedef struct {
  // Output lines at once, the input lines that they see, and the pixels of one, padding included.
  long lines, inputLines, inputWidth;
  // Rows of sums, each of sixteen outputs, in a panel; panels.
  long rows, panels;
  // Floats of packed input, of the weights' sums, and of those with the biases' behind them.
  size_t input, weights, sums;
} narrow_plan;

static narrow_plan plan_narrow(const dpt_convolution *g, long width) {
  narrow_plan plan = {.lines = DPT_PIXELS / g->outWidth};
  if (plan.lines < 1) plan.lines = 1;
  if (plan.lines > g->outHeight) plan.lines = g->outHeight;
  plan.inputLines = (plan.lines - 1) * g->strideHeight + (g->kernelHeight - 1) * g->dilationHeight + 1;
  plan.inputWidth = (g->outWidth - 1) * g->strideWidth + (g->kernelWidth - 1) * g->dilationWidth + 1;
  plan.rows = g->kernelHeight * g->kernelWidth * width;
  plan.panels = padded_to_lanes(g->outputs) / DPT_LANES;
  plan.input = (size_t)(plan.inputLines * plan.inputWidth * DPT_LANES);
  plan.weights = (size_t)(plan.panels * plan.rows * DPT_LANES);
  plan.sums = plan.weights + (size_t)(plan.panels * DPT_LANES);
  return plan;
}

// Zeros for n pixels; what is behind them.
DPT_INLINE float *pack_zeros(float *packed, long n) {
  for (; n > 0; n--, packed += DPT_LANES) store(packed, splat(0.0f));
  return packed;
}

// Sixteen channels of input lines first ..< first + lines, as floats, [line][pixel][16]; asks for what is packed after
// these.
DPT_INLINE void pack_lanes(const dpt_convolution *g, const narrow_plan *plan, const element *image, long first,
                           long lines, float *packed) {
  // Packed pixels before, within and behind the image.
  const long left = g->paddingWidth < plan->inputWidth ? g->paddingWidth : plan->inputWidth;
  const long room = plan->inputWidth - left, middle = g->width < room ? g->width : room, right = room - middle;
  const long ahead = plan->lines < g->outHeight ? plan->lines * g->strideHeight * g->xLine : g->xImage;
  for (long ih = first; ih < first + lines; ih++) {
    if (ih < 0 || ih >= g->height) {
      packed = pack_zeros(packed, plan->inputWidth);
      continue;
    }
    packed = pack_zeros(packed, left);
    const element *pixel = image + ih * g->xLine;
    for (long w = 0; w < middle; w++, pixel += g->xStride, packed += DPT_LANES) {
      fetch_ahead(pixel + ahead);
      store(packed, load(pixel));
    }
    packed = pack_zeros(packed, right);
  }
}

// Output lines and the pixels of each; values from one pixel and line to the next, of the packed inputs and of the
// outputs.
typedef struct {
  long lines, pixels, xStep, xLine, yStep, yLine;
} narrow_walk;

// sums[t][k] += Σ over pixels of dy · (channel k of its group, seen through tap t). `taps` and `width` are constants at
// every call.
DPT_INLINE void add_taps(int taps, int width, const narrow_walk *walk, const float *input, const long *offset,
                         const element *dy, float *sums) {
  v16 acc[DPT_TILE_ROWS > DPT_WIDEST_GROUP ? DPT_TILE_ROWS : DPT_WIDEST_GROUP];
#pragma clang loop unroll(full)
  for (int r = 0; r < taps * width; r++) acc[r] = load(sums + r * DPT_LANES);
  for (long l = 0; l < walk->lines; l++) {
    const float *x[DPT_TILE_ROWS];
#pragma clang loop unroll(full)
    for (int t = 0; t < taps; t++) x[t] = input + l * walk->xLine + offset[t];
    const element *pixel = dy + l * walk->yLine;
    for (long w = 0, at = 0; w < walk->pixels; w++, at += walk->xStep, pixel += walk->yStep) {
      const v16 gradient = load(pixel);
#pragma clang loop unroll(full)
      for (int t = 0; t < taps; t++) {
        const v16 seen = load(x[t] + at);
#pragma clang loop unroll(full)
        for (int k = 0; k < width; k++)
          acc[t * width + k] = fma16(spread(width, k, seen), gradient, acc[t * width + k]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < taps * width; r++) store(sums + r * DPT_LANES, acc[r]);
}

// As many taps as their sums find room in registers.
#define DPT_CASE(TAPS)                                                                                            \
  case TAPS:                                                                                                      \
    if (TAPS == 1 || TAPS * width <= DPT_TILE_ROWS) add_taps(TAPS, width, &walk, input, offsets + t, lanes, tile); \
    break;

DPT_INLINE void add_narrow_gradient(int width, const dpt_convolution *g, const narrow_plan *plan, const element *x,
                                    const element *dy, float *sums, float *input) {
  const long taps = g->kernelHeight * g->kernelWidth;
  const long height = tile_height(taps, DPT_TILE_ROWS > width ? DPT_TILE_ROWS / width : 1);
  long offsets[DPT_TAPS];
  for (long t = 0; t < taps; t++) {
    const long kh = t / g->kernelWidth, kw = t % g->kernelWidth;
    offsets[t] = (kh * g->dilationHeight * plan->inputWidth + kw * g->dilationWidth) * DPT_LANES;
  }
  narrow_walk walk = {
      .pixels = g->outWidth, .xStep = g->strideWidth * DPT_LANES,
      .xLine = g->strideHeight * plan->inputWidth * DPT_LANES, .yStep = g->yStride, .yLine = g->yLine,
  };
  for (long oh = 0; oh < g->outHeight; oh += plan->lines) {
    walk.lines = g->outHeight - oh < plan->lines ? g->outHeight - oh : plan->lines;
    const long inputLines = plan->inputLines - (plan->lines - walk.lines) * g->strideHeight;
    for (long p = 0; p < plan->panels; p++) {
      pack_lanes(g, plan, x + p * DPT_LANES, oh * g->strideHeight - g->paddingHeight, inputLines, input);
      const element *lanes = dy + oh * g->yLine + p * DPT_LANES;
      for (long t = 0; t < taps; t += height) {
        float *tile = sums + (p * plan->rows + t * width) * DPT_LANES;
        switch (taps - t < height ? taps - t : height) {
          DPT_EACH_HEIGHT(DPT_CASE)
        }
      }
    }
  }
}
#undef DPT_CASE

#define DPT_CASE(WIDTH) \
  case WIDTH: add_narrow_gradient(WIDTH, g, plan, x, dy, sums, input); break;

static void add_narrow_gradients(long width, const dpt_convolution *g, const narrow_plan *plan, const element *x,
                                 const element *dy, float *sums, float *input) {
  switch (width) {
    DPT_EACH_WIDTH(DPT_CASE)
  }
}
#undef DPT_CASE

// One node's gradients, from where their sums stand.
DPT_INLINE void copy_narrow_sums(const dpt_convolution *g, const narrow_plan *plan, const float *sums, float *node,
                                 long outStride) {
  for (long o = 0; o < g->outputs; o++) {
    const float *lane = sums + o / DPT_LANES * plan->rows * DPT_LANES + o % DPT_LANES;
    for (long r = 0; r < plan->rows; r++) node[o * outStride + r] = lane[r * DPT_LANES];
  }
}

#endif
