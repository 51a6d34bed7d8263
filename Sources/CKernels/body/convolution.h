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

// Images of few channels are unfolded where they cross the border, up to so many floats a pixel.
#define DPT_UNFOLDED 256

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

// Asks for n floats ahead of their use: the products read a new image line tap by tap, in an order that processors do not
// foresee.
DPT_INLINE void fetch(const float *p, long n) {
  for (long k = 0; k < n; k += DPT_LANES) __builtin_prefetch(p + k, 0, 2);
}

// The inputs that the output pixel sees whose first tap is at (top, left), in the order kh, kw, c.
DPT_INLINE void unfold(const dpt_convolution *g, const float *image, long top, long left, float *row) {
  for (long kh = 0; kh < g->kernelHeight; kh++) {
    const long ih = top + kh * g->dilationHeight;
    for (long kw = 0; kw < g->kernelWidth; kw++) {
      const long iw = left + kw * g->dilationWidth;
      const bool inside = ih >= 0 && ih < g->height && iw >= 0 && iw < g->width;
      const float *pixel = image + (inside ? ih * g->xLine + iw * g->xStride : 0);
      for (long c = 0; c < g->channels; c++) *row++ = inside ? pixel[c] : 0;
    }
  }
}

// Where the taps of the output pixel are whose first tap is at (top, left).
DPT_INLINE void gather_taps(const dpt_convolution *g, const float *image, const float *zeros, long top, long left,
                            const float **a) {
  for (long kh = 0; kh < g->kernelHeight; kh++) {
    const long ih = top + kh * g->dilationHeight;
    const bool rowInside = ih >= 0 && ih < g->height;
    const float *line = image + (rowInside ? ih : 0) * g->xLine;
    for (long kw = 0; kw < g->kernelWidth; kw++, a += DPT_TILE_ROWS) {
      const long iw = left + kw * g->dilationWidth;
      *a = rowInside && iw >= 0 && iw < g->width ? line + iw * g->xStride : zeros;
    }
  }
}

static void convolve(const dpt_convolution *g, const float *x, const float *packed, const float *bias,
                     const float *zeros, float *y, bool relu) {
  // Where pixels lie one behind the other, a line of the kernel is one tap.
  const long inner = g->kernelHeight * g->kernelWidth * g->channels;
  const bool merges = g->xStride == g->channels && g->dilationWidth == 1 && inner <= DPT_UNFOLDED;
  const long across = merges ? 1 : g->kernelWidth, taps = g->kernelHeight * across;
  const gathered_product p = {
      .b = packed, .bias = bias, .depth = inner / taps, .inner = inner, .columns = g->outputs, .padded = g->yPadded,
      .relu = relu,
  };
  const long reachHeight = (g->kernelHeight - 1) * g->dilationHeight, reachWidth = (g->kernelWidth - 1) * g->dilationWidth;
  gathered_rows rows;
  // The inputs of the block's pixels at the border, where taps are merged.
  float border[DPT_BLOCK_TILES * DPT_TILE_ROWS * DPT_UNFOLDED];
  // Where the taps are within the image, from the first.
  long offset[DPT_TAPS];
  rows.rows = 0;
  rows.taps = taps;
  for (long t = 0; t < taps; t++) {
    rows.part[t] = t;
    offset[t] = t / across * g->dilationHeight * g->xLine + t % across * g->dilationWidth * g->xStride;
  }
  // Those taps that the pixels before have not read.
  long fresh = 0, freshOffset[DPT_TAPS];
  for (long t = 0; t < taps; t++)
    if (t / across >= g->kernelHeight - g->strideHeight && t % across >= across - g->strideWidth)
      freshOffset[fresh++] = offset[t];
  for (long n = 0; n < g->batch; n++) {
    const float *image = x + n * g->xImage;
    for (long oh = 0; oh < g->outHeight; oh++) {
      const long top = oh * g->strideHeight - g->paddingHeight;
      const bool rowsInside = top >= 0 && top + reachHeight < g->height;
      float *out = y + n * g->yImage + oh * g->yLine;
      for (long ow = 0; ow < g->outWidth; ow++, out += g->yStride) {
        const long left = ow * g->strideWidth - g->paddingWidth;
        const float **a = new_row(&p, &rows, out);
        if (rowsInside && left >= 0 && left + reachWidth < g->width) {
          const float *first = image + top * g->xLine + left * g->xStride;
          for (long t = 0; t < taps; t++) a[t * DPT_TILE_ROWS] = first + offset[t];
          for (long f = 0; f < fresh; f++) fetch(first + freshOffset[f], p.depth);
        } else if (merges) {
          float *unfolded = border + (rows.rows - 1) * inner;
          unfold(g, image, top, left, unfolded);
          for (long t = 0; t < taps; t++) a[t * DPT_TILE_ROWS] = unfolded + t * p.depth;
        } else {
          gather_taps(g, image, zeros, top, left, a);
        }
      }
    }
  }
  multiply_gathered(&p, &rows);
}

// The taps through which the input lines i = phase + q·S are seen, and the output lines that see them: with
// i = o·S − P + k·D, line q is seen through tap k by output line q + shift.
typedef struct {
  long count, tap[DPT_TAPS], shift[DPT_TAPS];
} tap_list;

DPT_INLINE tap_list taps_of_phase(long phase, long kernel, long stride, long padding, long dilation) {
  tap_list list;
  list.count = 0;
  for (long k = 0; k < kernel; k++) {
    const long shifted = phase + padding - k * dilation;
    if (shifted % stride != 0) continue;
    list.tap[list.count] = k;
    list.shift[list.count++] = shifted / stride;
  }
  return list;
}

// ∂ℓ/∂x from ∂ℓ/∂y.
static void input_gradient(const dpt_convolution *g, const float *dy, const float *packed, const float *zeros,
                           float *dx) {
  const long allTaps = g->kernelHeight * g->kernelWidth;
  const gathered_product p = {
      .b = packed, .depth = g->outputs, .inner = allTaps * g->outputs, .columns = g->channels,
      .padded = g->xPadded,
  };
  gathered_rows rows;
  const float *line[DPT_TAPS];
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
        for (long qh = 0, ih = ph; ih < g->height; qh++, ih += g->strideHeight) {
          for (long i = 0; i < down.count; i++) {
            const long oh = qh + down.shift[i];
            line[i] = oh >= 0 && oh < g->outHeight ? dy + n * g->yImage + oh * g->yLine : NULL;
          }
          float *in = dx + n * g->xImage + ih * g->xLine + pw * g->xStride;
          for (long qw = 0; pw + qw * g->strideWidth < g->width; qw++, in += g->strideWidth * g->xStride) {
            const float **a = new_row(&p, &rows, in);
            // What the pixels before have not read is seen through the first tap.
            if (rows.taps > 0 && line[0]) fetch(line[0] + (qw + across.shift[0]) * g->yStride, p.depth);
            for (long i = 0; i < down.count; i++)
              for (long j = 0; j < across.count; j++, a += DPT_TILE_ROWS) {
                const long ow = qw + across.shift[j];
                *a = line[i] && ow >= 0 && ow < g->outWidth ? line[i] + ow * g->yStride : zeros;
              }
          }
        }
      multiply_gathered(&p, &rows);
    }
}

#endif
