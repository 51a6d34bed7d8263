// Convolution forward and its gradient by the input: the micro-kernel with every row of A given by pointers, one for
// each tap of the kernel, so that no image is ever unfolded (Dukhan 2019, "The indirect convolution algorithm").
// Taps that fall outside the image point at zeros.
#ifndef DPT_CONVOLUTION_H
#define DPT_CONVOLUTION_H

#include "gemm.h"

// Tiles of one block of rows, which reuse a panel of B while it lies in L1 or L2; and the most taps of a kernel that
// are handled at once.
#define DPT_BLOCK_TILES 16
#define DPT_TAPS 128

// A block of output rows: where each row's taps are read, and where the row is written.
typedef struct {
  long rows, taps;
  // For tap t of tile i, the tile's rows' pointers: a[(i * taps + t) * DPT_TILE_ROWS].
  const float *a[DPT_BLOCK_TILES * DPT_TILE_ROWS * DPT_TAPS];
  // The part of B that a tap is multiplied with.
  long part[DPT_TAPS];
  float *c[DPT_BLOCK_TILES * DPT_TILE_ROWS];
} gathered_rows;

typedef struct {
  const float *b, *bias;
  // Inner length of one tap, of all of B, and columns of C.
  long depth, inner, columns;
  // Whether C's rows have room for whole panels.
  bool padded;
  bool relu;
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
    const float *x = b0 + g->part[t] * p->depth * DPT_LANES;
    const float *y = b1 + g->part[t] * p->depth * DPT_LANES;
    for (long k = 0; k < p->depth; k++) {
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
      if (p->padded) store(c, value);
      else store_some(c, value, p->columns - column);
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

// Adds a row to the block, and runs the block when it is full; `source` gives each tap's pixel.
DPT_INLINE const float **new_row(const gathered_product *p, gathered_rows *g, float *c) {
  if (g->rows == DPT_BLOCK_TILES * DPT_TILE_ROWS) {
    multiply_gathered(p, g);
    g->rows = 0;
  }
  const long row = g->rows++;
  g->c[row] = c;
  return g->a + row / DPT_TILE_ROWS * g->taps * DPT_TILE_ROWS + row % DPT_TILE_ROWS;
}

static void convolve(const dpt_convolution *g, const float *x, const float *packed, const float *bias,
                     const float *zeros, float *y, bool relu) {
  const long taps = g->kernelHeight * g->kernelWidth;
  const gathered_product p = {
      .b = packed, .bias = bias, .depth = g->channels, .inner = taps * g->channels, .columns = g->outputs,
      .padded = g->yPadded, .relu = relu,
  };
  gathered_rows rows;
  rows.rows = 0;
  rows.taps = taps;
  for (long t = 0; t < taps; t++) rows.part[t] = t;
  for (long n = 0; n < g->batch; n++)
    for (long oh = 0; oh < g->outHeight; oh++)
      for (long ow = 0; ow < g->outWidth; ow++) {
        const float **a = new_row(&p, &rows, y + n * g->yImage + oh * g->yLine + ow * g->yStride);
        for (long kh = 0; kh < g->kernelHeight; kh++) {
          const long ih = oh * g->strideHeight - g->paddingHeight + kh * g->dilationHeight;
          const bool rowInside = ih >= 0 && ih < g->height;
          const float *line = x + n * g->xImage + (rowInside ? ih : 0) * g->xLine;
          for (long kw = 0; kw < g->kernelWidth; kw++, a += DPT_TILE_ROWS) {
            const long iw = ow * g->strideWidth - g->paddingWidth + kw * g->dilationWidth;
            *a = rowInside && iw >= 0 && iw < g->width ? line + iw * g->xStride : zeros;
          }
        }
      }
  multiply_gathered(&p, &rows);
}

// The taps through which input line `i` is seen by output lines, and those lines: i = o·S − P + k·D.
typedef struct {
  long count, tap[DPT_TAPS];
} tap_list;

DPT_INLINE tap_list taps_of_phase(long phase, long kernel, long stride, long padding, long dilation) {
  tap_list list = {0};
  for (long k = 0; k < kernel; k++) {
    const long shifted = phase + padding - k * dilation;
    if ((shifted % stride + stride) % stride == 0) list.tap[list.count++] = k;
  }
  return list;
}

static void convolve_back(const dpt_convolution *g, const float *dy, const float *packed, const float *zeros,
                          float *dx) {
  const long allTaps = g->kernelHeight * g->kernelWidth;
  const gathered_product p = {
      .b = packed, .depth = g->outputs, .inner = allTaps * g->outputs, .columns = g->channels,
      .padded = g->xPadded,
  };
  gathered_rows rows;
  // Input pixels whose coordinates leave the same rest when divided by the stride are seen through the same taps.
  for (long ph = 0; ph < g->strideHeight; ph++)
    for (long pw = 0; pw < g->strideWidth; pw++) {
      const tap_list down = taps_of_phase(ph, g->kernelHeight, g->strideHeight, g->paddingHeight, g->dilationHeight);
      const tap_list across = taps_of_phase(pw, g->kernelWidth, g->strideWidth, g->paddingWidth, g->dilationWidth);
      rows.rows = 0;
      rows.taps = down.count * across.count;
      for (long i = 0; i < down.count; i++)
        for (long j = 0; j < across.count; j++)
          rows.part[i * across.count + j] = down.tap[i] * g->kernelWidth + across.tap[j];
      for (long n = 0; n < g->batch; n++)
        for (long ih = ph; ih < g->height; ih += g->strideHeight)
          for (long iw = pw; iw < g->width; iw += g->strideWidth) {
            const float **a = new_row(&p, &rows, dx + n * g->xImage + ih * g->xLine + iw * g->xStride);
            for (long i = 0; i < down.count; i++) {
              const long oh = (ih + g->paddingHeight - down.tap[i] * g->dilationHeight) / g->strideHeight;
              const bool rowInside = ih + g->paddingHeight >= down.tap[i] * g->dilationHeight && oh < g->outHeight;
              const float *line = dy + n * g->yImage + (rowInside ? oh : 0) * g->yLine;
              for (long j = 0; j < across.count; j++, a += DPT_TILE_ROWS) {
                const long ow = (iw + g->paddingWidth - across.tap[j] * g->dilationWidth) / g->strideWidth;
                const bool inside = rowInside && iw + g->paddingWidth >= across.tap[j] * g->dilationWidth &&
                                    ow < g->outWidth;
                *a = inside ? line + ow * g->yStride : zeros;
              }
            }
          }
      multiply_gathered(&p, &rows);
    }
}

#endif
