// The share of one sample in the convolution's weight gradient: for a few output lines at a time, every tile of the gradient
// takes its share; sums wait in memory in between. What is not read in order as it lies is packed first.
#ifndef DPT_CONVOLUTION_GRADIENT_H
#define DPT_CONVOLUTION_GRADIENT_H

#include "gemm.h"

// Output pixels at once: enough to pay for loading and storing a tile, few enough for L2.
#define DPT_PIXELS 256

typedef struct {
  // Whether the lanes run along the output channels and the rows of sums along the inputs, or the other way round.
  bool lanesAreOutputs;
  // With few input channels, the lines of the kernel lie side by side in each packed pixel: this many, else 1.
  long unfolded;
  // Rows of sums that lie side by side in the input: whole lines of the kernel, or single taps where it is dilated.
  long stretch, stretchesAcross;
  // Whether the input and the outputs' gradients are packed.
  bool packsInput, packsOutput;
  long lines;        // output lines at once
  long inputLines;   // packed input lines that they see
  long inputWidth;   // packed pixels of an input line, padding included
  long panels;       // along the lanes
  long tiles;        // of output channels, where the lanes run along the inputs
  long rows, row;    // of sums, and floats from one to the next
  size_t input, output, sums;  // floats of packed input, packed output gradients, and the sums
} gradient_plan;

static gradient_plan plan_gradient(const dpt_convolution *g) {
  gradient_plan plan = {0};
  const long taps = g->kernelHeight * g->kernelWidth;
  plan.lines = DPT_PIXELS / g->outWidth;
  if (plan.lines < 1) plan.lines = 1;
  if (plan.lines > g->outHeight) plan.lines = g->outHeight;
  const long pixels = plan.lines * g->outWidth;
  plan.inputLines = (plan.lines - 1) * g->strideHeight + (g->kernelHeight - 1) * g->dilationHeight + 1;
  plan.inputWidth = (g->outWidth - 1) * g->strideWidth + (g->kernelWidth - 1) * g->dilationWidth + 1;
  // Fewest empty lanes.
  plan.lanesAreOutputs = padded_to_lanes(g->outputs) * g->channels <= padded_to_lanes(g->channels) * g->outputs;
  if (plan.lanesAreOutputs) {
    plan.unfolded = g->channels < DPT_LANES ? g->kernelHeight : 1;
    plan.stretchesAcross = g->dilationWidth == 1 ? 1 : g->kernelWidth;
    plan.stretch = g->kernelWidth / plan.stretchesAcross * plan.unfolded * g->channels;
    const bool inOrder = g->xStride == g->channels || plan.stretch == g->channels;
    plan.packsInput = DPT_ROUNDED || plan.unfolded > 1 || g->hasPadding || !inOrder;
    plan.packsOutput = DPT_ROUNDED || !g->yPadded;
    if (plan.unfolded > 1) plan.inputLines = plan.lines;
    plan.panels = padded_to_lanes(g->outputs) / DPT_LANES;
    plan.rows = taps * g->channels;
    plan.row = plan.panels * DPT_LANES;
    plan.input = plan.packsInput ? (size_t)(plan.inputLines * plan.inputWidth * plan.unfolded * g->channels) : 0;
    plan.output = plan.packsOutput ? (size_t)(pixels * plan.row) : 0;
  } else {
    plan.panels = padded_to_lanes(g->channels) / DPT_LANES;
    plan.tiles = (g->outputs + DPT_TILE_ROWS - 1) / DPT_TILE_ROWS;
    plan.rows = plan.tiles * DPT_TILE_ROWS;
    plan.row = taps * plan.panels * DPT_LANES;
    plan.packsInput = plan.packsOutput = true;
    plan.input = (size_t)(plan.panels * plan.inputLines * plan.inputWidth * DPT_LANES);
    plan.output = (size_t)(plan.tiles * pixels * DPT_TILE_ROWS);
  }
  plan.sums = (size_t)(plan.rows * plan.row);
  return plan;
}

// Packed slots of n channels: a pixel's values, or pairs with those of the pixel that the next output sees through the same tap.
// A pixel outside the image is NULL.
DPT_INLINE void pack_pixel(const element *pixel, const element *next, long n, float *packed) {
#if DPT_PAIRED
  for (long c = 0; c < n; c += DPT_LANES)
    store_some(packed + c, paired(pixel ? rounded_at(pixel + c, n - c) : (h16)(uint16_t)0,
                                  next ? rounded_at(next + c, n - c) : (h16)(uint16_t)0), n - c);
#else
  (void)next;
  for (long c = 0; c < n; c++) packed[c] = pixel ? get(pixel + c) : 0;
#endif
}

// A pixel of a line, or NULL if it lies outside of it; the line is NULL if it lies outside the image.
DPT_INLINE const element *pixel_of_line(const dpt_convolution *g, const element *line, long iw) {
  return line && iw >= 0 && iw < g->width ? line + iw * g->xStride : NULL;
}

DPT_INLINE const element *line_of_image(const dpt_convolution *g, const element *image, long ih) {
  return ih >= 0 && ih < g->height ? image + ih * g->xLine : NULL;
}

// Packed pixels of one line, zeros where they lie outside the image; `ih` is the line, `step` the floats of a packed pixel.
DPT_INLINE void pack_line(const dpt_convolution *g, const gradient_plan *plan, const element *image, long ih, long step,
                          float *packed) {
  const element *line = line_of_image(g, image, ih);
  for (long w = 0; w < plan->inputWidth; w++, packed += step) {
    const long iw = w - g->paddingWidth;
    pack_pixel(pixel_of_line(g, line, iw), pixel_of_line(g, line, iw + g->strideWidth), g->channels, packed);
  }
}

// Inputs of the output lines from `oh` on: as [input line][pixel][channel], or [output line][pixel][kh][channel].
DPT_INLINE void pack_pixels(const dpt_convolution *g, const gradient_plan *plan, const element *image, long oh, long lines,
                            float *packed) {
  const long step = plan->unfolded * g->channels, first = oh * g->strideHeight - g->paddingHeight;
  if (plan->unfolded == 1) {
    for (long l = 0; l < plan->inputLines; l++)
      pack_line(g, plan, image, first + l, step, packed + l * plan->inputWidth * step);
    return;
  }
  for (long l = 0; l < lines; l++)
    for (long kh = 0; kh < g->kernelHeight; kh++)
      pack_line(g, plan, image, first + l * g->strideHeight + kh * g->dilationHeight, step,
                packed + l * plan->inputWidth * step + kh * g->channels);
}

// Sixteen gradients of outputs and, in the same slots, those of the next pixel, which a line's last one does not have.
DPT_INLINE v16 gradient_slot(const element *dy, long stride, bool hasNext, long valid) {
#if DPT_PAIRED
  return paired(rounded_at(dy, valid), hasNext ? rounded_at(dy + stride, valid) : DPT_NO_PARTNER);
#else
  (void)stride, (void)hasNext;
  return load_some(dy, valid);
#endif
}

// The gradients of some output lines, as [line][slot][panel][16].
DPT_INLINE void pack_gradients(const dpt_convolution *g, const gradient_plan *plan, const element *dy, long lines,
                               float *packed) {
  for (long l = 0; l < lines; l++)
    for (long w = 0; w < g->outWidth; w += DPT_PAIRED ? 2 : 1)
      for (long o = 0; o < plan->row; o += DPT_LANES, packed += DPT_LANES)
        store(packed, gradient_slot(dy + l * g->yLine + w * g->yStride + o, g->yStride, w + 1 < g->outWidth,
                                    g->outputs - o));
}

DPT_SUMMING void add_gradient_by_outputs(const dpt_convolution *g, const gradient_plan *plan, const element *x,
                                          const element *dy, float *sums, float *input, float *output) {
  const long pixel = plan->packsInput ? plan->unfolded * g->channels : g->xStride;
  const long line = plan->packsInput ? plan->inputWidth * pixel : g->xLine;
  const bool packsOutput = plan->packsOutput;
  const long slots = slots_of(g->outWidth);
  tile_walk walk = {
      .width = slots, .hasHalf = DPT_PAIRED && g->outWidth % 2 == 1, .aStep = (DPT_PAIRED ? 2 : 1) * g->strideWidth * pixel,
      .aLine = plan->unfolded > 1 ? line : g->strideHeight * line,
      .bStep = packsOutput ? plan->row : g->yStride, .bLine = packsOutput ? slots * plan->row : g->yLine,
  };
  const long height = tile_height(plan->stretch, DPT_TILE_ROWS);
  for (long oh = 0; oh < g->outHeight; oh += plan->lines) {
    walk.lines = g->outHeight - oh < plan->lines ? g->outHeight - oh : plan->lines;
    const element *gradients = dy + oh * g->yLine;
    if (plan->packsInput) pack_pixels(g, plan, x, oh, walk.lines, input);
    if (packsOutput) pack_gradients(g, plan, gradients, walk.lines, output);
    // What is not packed are floats.
    const float *first = plan->packsInput ? input : (const float *)(x + oh * g->strideHeight * line);
    const float *b = packsOutput ? output : (const float *)gradients;
    float *tile = sums;
    for (long kh = 0; kh < g->kernelHeight / plan->unfolded; kh++)
      for (long kw = 0; kw < plan->stretchesAcross; kw++) {
        const float *a = first + kh * g->dilationHeight * line + kw * g->dilationWidth * pixel;
        for (long i = 0; i < plan->stretch; i += height) {
          const long rows = plan->stretch - i < height ? plan->stretch - i : height;
          long p = 0;
#if DPT_TILE_PANELS > 1
          for (; p + 1 < plan->panels; p += 2)
            accumulate_tiles(DPT_RULE, 2, false, rows, &walk, a + i, b + p * DPT_LANES, b + (p + 1) * DPT_LANES, tile + p * DPT_LANES,
                             plan->row);
#endif
          for (; p < plan->panels; p++)
            accumulate_tiles(DPT_RULE, 1, false, rows, &walk, a + i, b + p * DPT_LANES, b, tile + p * DPT_LANES, plan->row);
          tile += rows * plan->row;
        }
      }
  }
}

// Input lines first ..< first + inputLines, as [panel][line][pixel][16], zeros where they lie outside the image.
DPT_INLINE void pack_input(const dpt_convolution *g, const gradient_plan *plan, const element *image, long first,
                           float *packed) {
  for (long p = 0; p < plan->panels; p++) {
    const long valid = g->channels - p * DPT_LANES;
    for (long l = 0; l < plan->inputLines; l++) {
      const element *line = line_of_image(g, image, first + l);
      for (long w = 0; w < plan->inputWidth; w++, packed += DPT_LANES) {
        const long iw = w - g->paddingWidth;
        const element *pixel = pixel_of_line(g, line, iw);
#if DPT_PAIRED
        const element *next = pixel_of_line(g, line, iw + g->strideWidth);
        store(packed, paired(pixel ? rounded_at(pixel + p * DPT_LANES, valid) : (h16)(uint16_t)0,
                             next ? rounded_at(next + p * DPT_LANES, valid) : (h16)(uint16_t)0));
#else
        store(packed, pixel ? load_some(pixel + p * DPT_LANES, valid) : splat(0.0f));
#endif
      }
    }
  }
}

// The gradients of some output lines, as [tile][line][slot][DPT_TILE_ROWS], zeros behind the last channel.
DPT_INLINE void pack_output(const dpt_convolution *g, const gradient_plan *plan, const element *dy, long lines,
                            float *packed) {
  for (long i = 0; i < plan->tiles; i++) {
    const long valid = g->outputs - i * DPT_TILE_ROWS < DPT_TILE_ROWS ? g->outputs - i * DPT_TILE_ROWS : DPT_TILE_ROWS;
    for (long l = 0; l < lines; l++)
      for (long w = 0; w < g->outWidth; w += DPT_PAIRED ? 2 : 1, packed += DPT_TILE_ROWS) {
        const element *row = dy + l * g->yLine + w * g->yStride + i * DPT_TILE_ROWS;
#if DPT_PAIRED
        store_some(packed, gradient_slot(row, g->yStride, w + 1 < g->outWidth, valid), DPT_TILE_ROWS);
#else
        for (long r = 0; r < DPT_TILE_ROWS; r++) packed[r] = r < valid ? get(row + r) : 0;
#endif
      }
  }
}

DPT_SUMMING void add_gradient_by_inputs(const dpt_convolution *g, const gradient_plan *plan, const element *x,
                                         const element *dy, float *sums, float *input, float *output) {
  const long panelSize = plan->inputLines * plan->inputWidth * DPT_LANES;
  const long slots = slots_of(g->outWidth);
  tile_walk walk = {
      .width = slots, .hasHalf = DPT_PAIRED && g->outWidth % 2 == 1, .aStep = DPT_TILE_ROWS, .aLine = slots * DPT_TILE_ROWS,
      .bStep = (DPT_PAIRED ? 2 : 1) * g->strideWidth * DPT_LANES, .bLine = g->strideHeight * plan->inputWidth * DPT_LANES,
  };
  for (long oh = 0; oh < g->outHeight; oh += plan->lines) {
    walk.lines = g->outHeight - oh < plan->lines ? g->outHeight - oh : plan->lines;
    pack_input(g, plan, x, oh * g->strideHeight - g->paddingHeight, input);
    pack_output(g, plan, dy + oh * g->yLine, walk.lines, output);
    for (long tap = 0; tap < g->kernelHeight * g->kernelWidth; tap++) {
      const long shift = (tap / g->kernelWidth * g->dilationHeight * plan->inputWidth +
                          tap % g->kernelWidth * g->dilationWidth) * DPT_LANES;
      for (long i = 0; i < plan->tiles; i++) {
        const float *a = output + i * walk.lines * slots * DPT_TILE_ROWS;
        float *tile = sums + i * DPT_TILE_ROWS * plan->row + tap * plan->panels * DPT_LANES;
        long p = 0;
#if DPT_TILE_PANELS > 1
        for (; p + 1 < plan->panels; p += 2)
          accumulate_tiles(DPT_RULE, 2, false, DPT_TILE_ROWS, &walk, a, input + p * panelSize + shift,
                          input + (p + 1) * panelSize + shift, tile + p * DPT_LANES, plan->row);
#endif
        for (; p < plan->panels; p++)
          accumulate_tiles(DPT_RULE, 1, false, DPT_TILE_ROWS, &walk, a, input + p * panelSize + shift, input, tile + p * DPT_LANES,
                          plan->row);
      }
    }
  }
}

// One node's gradients, from where their sums stand.
DPT_INLINE void copy_sums(const dpt_convolution *g, const gradient_plan *plan, const float *sums, float *node,
                          long outStride) {
  const long taps = g->kernelHeight * g->kernelWidth;
  for (long o = 0; o < g->outputs; o++)
    for (long tap = 0; tap < taps; tap++) {
      float *out = node + o * outStride + tap * g->channels;
      if (plan->lanesAreOutputs) {
        const long kh = tap / g->kernelWidth, kw = tap % g->kernelWidth;
        const long first = (plan->unfolded > 1 ? kw * g->kernelHeight + kh : tap) * g->channels;
        for (long c = 0; c < g->channels; c++) out[c] = sums[(first + c) * plan->row + o];
      } else {
        memcpy(out, sums + o * plan->row + tap * plan->panels * DPT_LANES, (size_t)g->channels * sizeof(float));
      }
    }
}

#endif
