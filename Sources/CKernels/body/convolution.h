// Convolution forward and its gradient by the input: the micro-kernel with every row of A given by pointers, one for
// each tap of the kernel, so that no image is ever unfolded (Dukhan 2019, "The indirect convolution algorithm").
// Pixels that see the image through the same taps are gone through together, so taps outside of it cost nothing.
#ifndef DPT_CONVOLUTION_H
#define DPT_CONVOLUTION_H

#include "gemm.h"

// Sample n by itself, where it lies in x and in y.
DPT_INLINE dpt_convolution sample_of(const dpt_convolution *g, long n) {
  dpt_convolution one = *g;
  one.batch = 1;
  if (!g->xStarts) return one;
  one.height = g->xStarts[n + 1] - g->xStarts[n];
  one.outHeight = g->yStarts[n + 1] - g->yStarts[n];
  one.xStarts = one.yStarts = NULL;
  return one;
}
DPT_INLINE long place_in_x(const dpt_convolution *g, long n) {
  return g->xStarts ? g->xStarts[n] * g->xStride : n * g->xImage;
}
DPT_INLINE long place_in_y(const dpt_convolution *g, long n) {
  return g->yStarts ? g->yStarts[n] * g->yStride : n * g->yImage;
}

// Tiles of one block of rows, which reuse a panel of B while it lies in L1 or L2; and the most taps of a kernel that
// are handled at once.
#define DPT_BLOCK_TILES 16
#define DPT_TAPS 128

// A block of output rows: where each row's taps are read, and where the row is written.
typedef struct {
  long rows, taps;
  // For tap t of tile i, the tile's rows' pointers: a[(i * taps + t) * DPT_TILE_ROWS].
  const float *a[DPT_BLOCK_TILES * DPT_TILE_ROWS * DPT_TAPS];
  // Inner length of a tap, and the row of B at which its part begins.
  long depth, part[DPT_TAPS];
  float *c[DPT_BLOCK_TILES * DPT_TILE_ROWS];
} gathered_rows;

typedef struct {
  const float *b, *bias;
  // Inner length of all of B, and columns of C.
  long inner, columns;
  // Whether C's rows have room for whole panels.
  bool padded;
  bool relu;
  // Whether C's values are added.
  bool adds;
} gathered_product;

DPT_INLINE void gathered_tile(int mr, int np, const gathered_product *p, const gathered_rows *g, long tile, long panel) {
  const float *b0 = p->b + panel * p->inner * DPT_LANES;
  const float *b1 = b0 + (np > 1 ? p->inner * DPT_LANES : 0);
  v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS];
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) acc[i][j] = p->bias ? load(p->bias + (panel + j) * DPT_LANES) : splat(0.0f);
  for (long t = 0; t < g->taps; t++) {
    const float *const *rows = g->a + (tile * g->taps + t) * DPT_TILE_ROWS;
    const float *a[DPT_TILE_ROWS];
#pragma clang loop unroll(full)
    for (int i = 0; i < mr; i++) a[i] = rows[i];
    const float *x = b0 + g->part[t] * DPT_LANES;
    const float *y = b1 + g->part[t] * DPT_LANES;
    for (long k = 0; k < g->depth; k++) {
      v16 x0 = load(x + k * DPT_LANES);
      v16 x1 = np > 1 ? load(y + k * DPT_LANES) : x0;
#pragma clang loop unroll(full)
      for (int i = 0; i < mr; i++) {
        v16 value = splat(a[i][k]);
        acc[i][0] = fma16(value, x0, acc[i][0]);
        if (np > 1) acc[i][DPT_TILE_PANELS - 1] = fma16(value, x1, acc[i][DPT_TILE_PANELS - 1]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) {
      v16 value = acc[i][j];
      if (p->relu) value = choose(value < splat(0.0f), splat(0.0f), value);
      const long column = (panel + j) * DPT_LANES;
      float *c = g->c[tile * DPT_TILE_ROWS + i] + column;
      const long valid = p->padded ? DPT_LANES : p->columns - column;
      if (p->adds) value += load_some(c, valid);
      store_some(c, value, valid);
    }
}

#define DPT_CASE(MR) \
  case MR: gathered_tile(MR, np, p, g, tile, panel); break;

DPT_INLINE void gathered_tiles(int np, const gathered_product *p, const gathered_rows *g, long tile, long height,
                               long panel) {
  switch (height) {
    DPT_EACH_HEIGHT(DPT_CASE)
  }
}
#undef DPT_CASE

static void multiply_gathered(const gathered_product *p, const gathered_rows *g) {
  const long panels = (p->columns + DPT_LANES - 1) / DPT_LANES;
  long panel = 0;
#if DPT_TILE_PANELS > 1
  for (; panel + 1 < panels; panel += 2)
    for (long i = 0; i * DPT_TILE_ROWS < g->rows; i++) {
      const long left = g->rows - i * DPT_TILE_ROWS;
      gathered_tiles(2, p, g, i, left < DPT_TILE_ROWS ? left : DPT_TILE_ROWS, panel);
    }
#endif
  for (; panel < panels; panel++)
    for (long i = 0; i * DPT_TILE_ROWS < g->rows; i++) {
      const long left = g->rows - i * DPT_TILE_ROWS;
      gathered_tiles(1, p, g, i, left < DPT_TILE_ROWS ? left : DPT_TILE_ROWS, panel);
    }
}

// Adds a row to the block, and runs the block when it is full; gives where each tap's pixel is to be put.
DPT_INLINE const float **new_row(const gathered_product *p, gathered_rows *g, float *c) {
  if (g->rows == DPT_BLOCK_TILES * DPT_TILE_ROWS) {
    multiply_gathered(p, g);
    g->rows = 0;
  }
  const long row = g->rows++;
  g->c[row] = c;
  return g->a + row / DPT_TILE_ROWS * g->taps * DPT_TILE_ROWS + row % DPT_TILE_ROWS;
}

// Asks for n floats ahead of their use: the products read a new image line tap by tap, in an order that processors do not
// foresee.
DPT_INLINE void fetch(const float *p, long n) {
  for (long k = 0; k < n; k += DPT_LANES) __builtin_prefetch(p + k, 0, 2);
}

// Along one axis, how the pixels of a result see those of an image: pixel q through tap t at q · step + offset[t], where
// this is one of its `size` pixels. Offsets ascend or descend.
typedef struct {
  long pixels, step, size;
  long taps, tap[DPT_TAPS], offset[DPT_TAPS];
} seen_axis;

// Pixels first ..< end, which see the image through the same taps.
typedef struct {
  long first, end, firstTap, taps;
} seen_stretch;

DPT_INLINE bool sees(const seen_axis *axis, long q, long t) {
  const long at = q * axis->step + axis->offset[t];
  return at >= 0 && at < axis->size;
}

DPT_INLINE bool belongs(const seen_axis *axis, const seen_stretch *s, long q) {
  for (long t = 0; t < axis->taps; t++)
    if (sees(axis, q, t) != (t >= s->firstTap && t < s->firstTap + s->taps)) return false;
  return true;
}

static seen_stretch stretch_from(const seen_axis *axis, long first) {
  seen_stretch s = {.first = first, .end = first + 1};
  while (s.firstTap < axis->taps && !sees(axis, first, s.firstTap)) s.firstTap++;
  while (s.firstTap + s.taps < axis->taps && sees(axis, first, s.firstTap + s.taps)) s.taps++;
  while (s.end < axis->pixels && belongs(axis, &s, s.end)) s.end++;
  return s;
}

// The taps of a stretch that see what the pixel before does not; their number.
DPT_INLINE long fresh_taps(const seen_axis *axis, const seen_stretch *s, long fresh[DPT_TAPS]) {
  long count = 0, most = 0;
  for (long t = s->firstTap; t < s->firstTap + s->taps; t++)
    if (t == s->firstTap || axis->offset[t] > most) most = axis->offset[t];
  for (long t = s->firstTap; t < s->firstTap + s->taps; t++)
    if (axis->offset[t] > most - axis->step) fresh[count++] = t;
  return count;
}

// Images that pixels of a result see through the taps of a kernel, each of `depth` floats.
typedef struct {
  seen_axis down, across;
  long batch, depth, kernelWidth;
  // Whether a line of the kernel is one tap, since its pixels lie one behind the other, as B's rows do.
  bool merges;
  // Floats from one pixel, line and image to the next, of the images and of the result.
  const float *from;
  long fromStride, fromLine, fromImage;
  float *to;
  long toStride, toLine, toImage;
} seen_images;

// The pixels of two stretches.
static void multiply_stretch(const gathered_product *p, const seen_images *g, seen_stretch down, seen_stretch across,
                             gathered_rows *rows) {
  const seen_axis *v = &g->down, *h = &g->across;
  const long acrossTaps = g->merges && across.taps > 1 ? 1 : across.taps;
  rows->rows = 0;
  rows->taps = down.taps * acrossTaps;
  // Nothing would be added.
  if (p->adds && rows->taps == 0) return;
  rows->depth = g->merges ? across.taps * g->depth : g->depth;
  // Where the taps are, and those of them that no pixel before has read.
  long offset[DPT_TAPS], fresh = 0, freshOffset[DPT_TAPS];
  for (long i = 0; i < down.taps; i++)
    for (long j = 0; j < acrossTaps; j++) {
      const long t = i * acrossTaps + j, kh = down.firstTap + i, kw = across.firstTap + j;
      offset[t] = v->offset[kh] * g->fromLine + h->offset[kw] * g->fromStride;
      rows->part[t] = (v->tap[kh] * g->kernelWidth + h->tap[kw]) * g->depth;
    }
  long freshDown[DPT_TAPS], freshAcross[DPT_TAPS];
  const long downCount = fresh_taps(v, &down, freshDown), acrossCount = fresh_taps(h, &across, freshAcross);
  for (long i = 0; i < downCount; i++)
    for (long j = 0; j < acrossCount; j++)
      freshOffset[fresh++] = v->offset[freshDown[i]] * g->fromLine + h->offset[freshAcross[j]] * g->fromStride;
  for (long n = 0; n < g->batch; n++)
    for (long qh = down.first; qh < down.end; qh++)
      for (long qw = across.first; qw < across.end; qw++) {
        const long at = n * g->fromImage + qh * v->step * g->fromLine + qw * h->step * g->fromStride;
        const float **a = new_row(p, rows, g->to + n * g->toImage + qh * g->toLine + qw * g->toStride);
        for (long t = 0; t < rows->taps; t++) a[t * DPT_TILE_ROWS] = g->from + (at + offset[t]);
        for (long f = 0; f < fresh; f++) fetch(g->from + (at + freshOffset[f]), g->depth);
      }
  multiply_gathered(p, rows);
}

static void multiply_seen(const gathered_product *p, const seen_images *g) {
  gathered_rows rows;
  for (long qh = 0; qh < g->down.pixels;) {
    const seen_stretch down = stretch_from(&g->down, qh);
    for (long qw = 0; qw < g->across.pixels;) {
      const seen_stretch across = stretch_from(&g->across, qw);
      multiply_stretch(p, g, down, across, &rows);
      qw = across.end;
    }
    qh = down.end;
  }
}

DPT_INLINE seen_axis axis_forward(long pixels, long size, long kernel, long stride, long padding, long dilation) {
  seen_axis axis = {.pixels = pixels, .step = stride, .size = size, .taps = kernel};
  for (long k = 0; k < kernel; k++) {
    axis.tap[k] = k;
    axis.offset[k] = k * dilation - padding;
  }
  return axis;
}

static void convolve_directly(const dpt_convolution *g, const float *x, const float *packed, const float *bias, float *y,
                              bool relu) {
  const gathered_product p = {
      .b = packed, .bias = bias, .inner = g->kernelHeight * g->kernelWidth * g->channels, .columns = g->outputs,
      .padded = g->yPadded, .relu = relu,
  };
  const seen_images images = {
      .down = axis_forward(g->outHeight, g->height, g->kernelHeight, g->strideHeight, g->paddingHeight,
                           g->dilationHeight),
      .across = axis_forward(g->outWidth, g->width, g->kernelWidth, g->strideWidth, g->paddingWidth, g->dilationWidth),
      .batch = g->batch, .depth = g->channels, .kernelWidth = g->kernelWidth,
      .merges = g->xStride == g->channels && g->dilationWidth == 1,
      .from = x, .fromStride = g->xStride, .fromLine = g->xLine, .fromImage = g->xImage,
      .to = y, .toStride = g->yStride, .toLine = g->yLine, .toImage = g->yImage,
  };
  multiply_seen(&p, &images);
}

// The input lines i = phase + q·S see output lines: with i = o·S − P + k·D, line q sees q + offset through tap k.
DPT_INLINE seen_axis axis_back(long phase, long size, long outSize, long kernel, long stride, long padding,
                               long dilation) {
  seen_axis axis = {.pixels = (size - phase + stride - 1) / stride, .step = 1, .size = outSize};
  for (long k = 0; k < kernel; k++) {
    const long shifted = phase + padding - k * dilation;
    if (shifted % stride != 0) continue;
    axis.tap[axis.taps] = k;
    axis.offset[axis.taps++] = shifted / stride;
  }
  return axis;
}

// ∂ℓ/∂x from ∂ℓ/∂y, beginning with `bias` unless it is NULL; with `adds` it is added to dx.
static void input_gradient(const dpt_convolution *g, const float *dy, const float *packed, const float *bias, float *dx,
                           bool adds) {
  const gathered_product p = {
      .b = packed, .bias = bias, .inner = g->kernelHeight * g->kernelWidth * g->outputs, .columns = g->channels,
      .padded = g->xPadded, .adds = adds,
  };
  // Input pixels whose coordinates leave the same rest when divided by the stride are seen through the same taps.
  for (long ph = 0; ph < g->strideHeight; ph++)
    for (long pw = 0; pw < g->strideWidth; pw++) {
      const seen_images images = {
          .down = axis_back(ph, g->height, g->outHeight, g->kernelHeight, g->strideHeight, g->paddingHeight,
                            g->dilationHeight),
          .across = axis_back(pw, g->width, g->outWidth, g->kernelWidth, g->strideWidth, g->paddingWidth,
                              g->dilationWidth),
          .batch = g->batch, .depth = g->outputs, .kernelWidth = g->kernelWidth,
          .from = dy, .fromStride = g->yStride, .fromLine = g->yLine, .fromImage = g->yImage,
          .to = dx + ph * g->xLine + pw * g->xStride, .toStride = g->strideWidth * g->xStride,
          .toLine = g->strideHeight * g->xLine, .toImage = g->xImage,
      };
      multiply_seen(&p, &images);
    }
}

#endif
