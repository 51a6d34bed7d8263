// The convolution's weight gradient: for a few output lines at a time, the inputs and the outputs' gradients are packed
// to where they are read in order, and every tile of the gradient takes its share; sums wait in memory in between.
#ifndef DPT_CONVOLUTION_GRADIENT_H
#define DPT_CONVOLUTION_GRADIENT_H

#include "gemm.h"

// Output pixels that are packed at once: enough to pay for loading and storing a tile, few enough for L2.
#define DPT_PIXELS 256

// Images of few channels would leave most lanes empty: they are unfolded, and the lanes run along the output channels.
// The longest unfolded row:
#define DPT_UNFOLDED 256

DPT_INLINE bool unfolds(const dpt_convolution *g) {
  return g->channels < DPT_LANES && g->kernelHeight * g->kernelWidth * g->channels <= DPT_UNFOLDED;
}

// The inputs that output pixel (oh, ow) of an image sees, in the order kh, kw, c.
DPT_INLINE void unfold(const dpt_convolution *g, const float *image, long oh, long ow, float *row) {
  for (long kh = 0; kh < g->kernelHeight; kh++) {
    const long ih = oh * g->strideHeight - g->paddingHeight + kh * g->dilationHeight;
    const bool rowInside = ih >= 0 && ih < g->height;
    for (long kw = 0; kw < g->kernelWidth; kw++) {
      const long iw = ow * g->strideWidth - g->paddingWidth + kw * g->dilationWidth;
      const bool inside = rowInside && iw >= 0 && iw < g->width;
      const float *pixel = image + (inside ? ih * g->xLine + iw * g->xStride : 0);
      for (long c = 0; c < g->channels; c++) *row++ = inside ? pixel[c] : 0;
    }
  }
}

typedef struct {
  long lines;        // output lines at once
  long inputLines;   // input lines that they see
  long inputWidth;   // packed pixels of an input line, padding included
  long panels;       // of input channels; of output channels where the input is unfolded
  long tiles;        // of output channels; of unfolded inputs where it is
  long row;          // floats from one row of sums to the next
  size_t input, output, sums;  // floats of packed input, packed output gradients, and one shard's sums
} gradient_plan;

static gradient_plan plan_gradient(const dpt_convolution *g) {
  gradient_plan plan;
  const long taps = g->kernelHeight * g->kernelWidth;
  plan.lines = DPT_PIXELS / g->outWidth;
  if (plan.lines < 1) plan.lines = 1;
  if (plan.lines > g->outHeight) plan.lines = g->outHeight;
  plan.inputLines = (plan.lines - 1) * g->strideHeight + (g->kernelHeight - 1) * g->dilationHeight + 1;
  plan.inputWidth = (g->outWidth - 1) * g->strideWidth + (g->kernelWidth - 1) * g->dilationWidth + 1;
  const long pixels = plan.lines * g->outWidth;
  if (unfolds(g)) {
    plan.panels = (g->outputs + DPT_LANES - 1) / DPT_LANES;
    plan.tiles = (taps * g->channels + DPT_TILE_ROWS - 1) / DPT_TILE_ROWS;
    plan.row = plan.panels * DPT_LANES;
    plan.input = (size_t)(pixels * plan.tiles * DPT_TILE_ROWS);
    plan.output = 0;
  } else {
    plan.panels = (g->channels + DPT_LANES - 1) / DPT_LANES;
    plan.tiles = (g->outputs + DPT_TILE_ROWS - 1) / DPT_TILE_ROWS;
    plan.row = taps * plan.panels * DPT_LANES;
    plan.input = (size_t)(plan.panels * plan.inputLines * plan.inputWidth * DPT_LANES);
    plan.output = (size_t)(plan.tiles * pixels * DPT_TILE_ROWS);
  }
  plan.sums = (size_t)(plan.tiles * DPT_TILE_ROWS * plan.row);
  return plan;
}

static size_t convolution_gradient_scratch(const dpt_convolution *g, long shards) {
  const gradient_plan plan = plan_gradient(g);
  size_t depth = 2;
  while (1L << (depth - 2) < shards) depth++;
  return depth * plan.sums + plan.input + plan.output;
}

// Input lines first ..< first + inputLines, as [panel][line][pixel][16], zeros where they lie outside the image.
DPT_INLINE void pack_input(const dpt_convolution *g, const gradient_plan *plan, const float *image, long first,
                           float *packed) {
  for (long p = 0; p < plan->panels; p++) {
    const long valid = g->channels - p * DPT_LANES;
    for (long l = 0; l < plan->inputLines; l++) {
      const long ih = first + l;
      for (long w = 0; w < plan->inputWidth; w++, packed += DPT_LANES) {
        const long iw = w - g->paddingWidth;
        const bool inside = ih >= 0 && ih < g->height && iw >= 0 && iw < g->width;
        store(packed, inside ? load_some(image + ih * g->xLine + iw * g->xStride + p * DPT_LANES, valid)
                             : splat(0.0f));
      }
    }
  }
}

// The gradients of some output lines, as [tile][line][pixel][DPT_TILE_ROWS], zeros behind the last channel.
DPT_INLINE void pack_output(const dpt_convolution *g, const gradient_plan *plan, const float *dy, long lines,
                            float *packed) {
  for (long i = 0; i < plan->tiles; i++) {
    const long valid = g->outputs - i * DPT_TILE_ROWS < DPT_TILE_ROWS ? g->outputs - i * DPT_TILE_ROWS : DPT_TILE_ROWS;
    for (long l = 0; l < lines; l++)
      for (long w = 0; w < g->outWidth; w++, packed += DPT_TILE_ROWS) {
        const float *row = dy + l * g->yLine + w * g->yStride + i * DPT_TILE_ROWS;
        for (long r = 0; r < DPT_TILE_ROWS; r++) packed[r] = r < valid ? row[r] : 0;
      }
  }
}

static void shard_gradient(const dpt_convolution *g, const gradient_plan *plan, const float *x, const float *dy,
                           long from, long to, float *sums, float *input, float *output) {
  memset(sums, 0, plan->sums * sizeof(float));
  const long panelSize = plan->inputLines * plan->inputWidth * DPT_LANES;
  const long bStep = g->strideWidth * DPT_LANES, bLine = g->strideHeight * plan->inputWidth * DPT_LANES;
  for (long n = from; n < to; n++)
    for (long oh = 0; oh < g->outHeight; oh += plan->lines) {
      const long lines = g->outHeight - oh < plan->lines ? g->outHeight - oh : plan->lines;
      pack_input(g, plan, x + n * g->xImage, oh * g->strideHeight - g->paddingHeight, input);
      pack_output(g, plan, dy + n * g->yImage + oh * g->yLine, lines, output);
      for (long tap = 0; tap < g->kernelHeight * g->kernelWidth; tap++) {
        const long shift = (tap / g->kernelWidth * g->dilationHeight * plan->inputWidth +
                            tap % g->kernelWidth * g->dilationWidth) * DPT_LANES;
        for (long i = 0; i < plan->tiles; i++) {
          const float *a = output + i * lines * g->outWidth * DPT_TILE_ROWS;
          float *tile = sums + i * DPT_TILE_ROWS * plan->row + tap * plan->panels * DPT_LANES;
          long p = 0;
#if DPT_TILE_PANELS > 1
          for (; p + 1 < plan->panels; p += 2)
            accumulate_tile(2, lines, g->outWidth, a, DPT_TILE_ROWS, input + p * panelSize + shift,
                            input + (p + 1) * panelSize + shift, bStep, bLine, tile + p * DPT_LANES, plan->row);
#endif
          for (; p < plan->panels; p++)
            accumulate_tile(1, lines, g->outWidth, a, DPT_TILE_ROWS, input + p * panelSize + shift, input, bStep, bLine,
                        tile + p * DPT_LANES, plan->row);
        }
      }
    }
}

// The same with the lanes along the output channels, which need no packing, and unfolded inputs as rows of sums.
static void shard_gradient_unfolded(const dpt_convolution *g, const gradient_plan *plan, const float *x,
                                    const float *dy, long from, long to, float *sums, float *input) {
  memset(sums, 0, plan->sums * sizeof(float));
  const long aStep = plan->tiles * DPT_TILE_ROWS;
  for (long n = from; n < to; n++)
    for (long oh = 0; oh < g->outHeight; oh += plan->lines) {
      const long lines = g->outHeight - oh < plan->lines ? g->outHeight - oh : plan->lines;
      for (long l = 0; l < lines; l++)
        for (long w = 0; w < g->outWidth; w++)
          unfold(g, x + n * g->xImage, oh + l, w, input + (l * g->outWidth + w) * aStep);
      const float *b = dy + n * g->yImage + oh * g->yLine;
      for (long i = 0; i < plan->tiles; i++) {
        const float *a = input + i * DPT_TILE_ROWS;
        float *tile = sums + i * DPT_TILE_ROWS * plan->row;
        long p = 0;
#if DPT_TILE_PANELS > 1
        for (; p + 1 < plan->panels; p += 2)
          accumulate_tile(2, lines, g->outWidth, a, aStep, b + p * DPT_LANES, b + (p + 1) * DPT_LANES, g->yStride,
                      g->yLine, tile + p * DPT_LANES, plan->row);
#endif
        for (; p < plan->panels; p++)
          accumulate_tile(1, lines, g->outWidth, a, aStep, b + p * DPT_LANES, b, g->yStride, g->yLine,
                      tile + p * DPT_LANES, plan->row);
      }
    }
}

// Where the sum for output channel o and inputs k = (kh, kw, c) stands.
DPT_INLINE void copy_sums(const dpt_convolution *g, const gradient_plan *plan, const float *sums, float *node,
                          long outStride) {
  const long taps = g->kernelHeight * g->kernelWidth;
  for (long o = 0; o < g->outputs; o++)
    if (unfolds(g))
      for (long k = 0; k < taps * g->channels; k++) node[o * outStride + k] = sums[k * plan->row + o];
    else
      for (long tap = 0; tap < taps; tap++)
        memcpy(node + o * outStride + tap * g->channels, sums + o * plan->row + tap * plan->panels * DPT_LANES,
               (size_t)g->channels * sizeof(float));
}

static void convolution_gradient(const dpt_convolution *g, const float *x, const float *dy, float *out, long outStride,
                                 long outNode, float *scratch, const dpt_shard_program *s) {
  const gradient_plan plan = plan_gradient(g);
  float *input = scratch, *output = input + plan.input, *stack = output + plan.output;
  // The rest of the last tile's rows stays zero.
  if (unfolds(g)) memset(input, 0, plan.input * sizeof(float));
  long top = 0;
  for (long shard = 0; shard < s->shards; shard++) {
    const long from = s->rowStart[shard], to = s->rowStart[shard + 1];
    float *sums = stack + (size_t)top++ * plan.sums;
    if (unfolds(g)) shard_gradient_unfolded(g, &plan, x, dy, from, to, sums, input);
    else shard_gradient(g, &plan, x, dy, from, to, sums, input, output);
    for (int join = 0; join < s->joins[shard]; join++) {
      top--;
      float *left = stack + (size_t)(top - 1) * plan.sums, *right = left + plan.sums;
      for (size_t i = 0; i < plan.sums; i += DPT_LANES) store(left + i, load(left + i) + load(right + i));
    }
    if (s->emits[shard] < 0) continue;
    top = 0;
    copy_sums(g, &plan, stack, out + s->emits[shard] * outNode, outStride);
  }
}

#endif
