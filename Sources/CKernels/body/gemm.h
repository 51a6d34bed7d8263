// The one micro-kernel: a tile of up to DPT_TILE_ROWS × (DPT_TILE_PANELS · 16) outputs in registers.
#ifndef DPT_GEMM_H
#define DPT_GEMM_H

#include "vector.h"

// Rows of one tile when `rows` rows are cut into tiles of nearly equal height.
DPT_INLINE long tile_height(long rows, long limit) {
  long tiles = (rows + limit - 1) / limit;
  return tiles > 0 ? (rows + tiles - 1) / tiles : 0;
}

// `mr` and `np` are constants at every call, so the accumulators stay in registers.
DPT_INLINE void product_tile(int mr, int np, const dpt_product *p, long row, long panel) {
  const long inner = p->segments * p->segmentLength;
  const float *b0 = p->b + panel * inner * DPT_LANES;
  const float *b1 = b0 + (np > 1 ? inner * DPT_LANES : 0);
  float *c = p->c + row * p->cStride + panel * DPT_LANES;
  v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS];
  const float *a[DPT_TILE_ROWS];
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++) {
    a[i] = p->a + (row + i) * p->aStride;
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) {
      switch (p->start) {
      case DPT_START_ZERO: acc[i][j] = splat(0.0f); break;
      case DPT_START_BIAS: acc[i][j] = load(p->bias + (panel + j) * DPT_LANES); break;
      case DPT_START_OUTPUT: acc[i][j] = load(c + i * p->cStride + j * DPT_LANES); break;
      }
    }
  }
  for (long s = 0; s < p->segments; s++) {
    const long offset = s * p->segmentStride;
    for (long k = 0; k < p->segmentLength; k++) {
      v16 x0 = load(b0);
      v16 x1 = np > 1 ? load(b1) : x0;
#pragma clang loop unroll(full)
      for (int i = 0; i < mr; i++) {
        v16 y = splat(a[i][offset + k]);
        acc[i][0] = fma16(y, x0, acc[i][0]);
        if (np > 1) acc[i][DPT_TILE_PANELS - 1] = fma16(y, x1, acc[i][DPT_TILE_PANELS - 1]);
      }
      b0 += DPT_LANES;
      b1 += DPT_LANES;
    }
  }
  if (p->a2) {
    const float *y0 = p->b2 + panel * p->inner2 * DPT_LANES;
    const float *y1 = y0 + (np > 1 ? p->inner2 * DPT_LANES : 0);
    for (long k = 0; k < p->inner2; k++, y0 += DPT_LANES, y1 += DPT_LANES) {
      v16 x0 = load(y0);
      v16 x1 = np > 1 ? load(y1) : x0;
#pragma clang loop unroll(full)
      for (int i = 0; i < mr; i++) {
        v16 y = splat(p->a2[(row + i) * p->a2Stride + k]);
        acc[i][0] = fma16(y, x0, acc[i][0]);
        if (np > 1) acc[i][DPT_TILE_PANELS - 1] = fma16(y, x1, acc[i][DPT_TILE_PANELS - 1]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) store(c + i * p->cStride + j * DPT_LANES, acc[i][j]);
}

#define DPT_CASE(MR) \
  case MR: product_tile(MR, np, p, row, panel); break;

DPT_INLINE void product_tiles(int np, const dpt_product *p, long row, long height, long panel) {
  switch (height) {
    DPT_EACH_HEIGHT(DPT_CASE)
  }
}
#undef DPT_CASE

static void multiply(const dpt_product *p) {
  // A block of A's rows stays in L1 or L2 while the panels of B pass by.
  const long block = DPT_TILE_ROWS * 16;
  const long panels = (p->columns + DPT_LANES - 1) / DPT_LANES;
  for (long first = 0; first < p->rows; first += block) {
    const long rows = p->rows - first < block ? p->rows - first : block;
    const long height = tile_height(rows, DPT_TILE_ROWS);
    long panel = 0;
#if DPT_TILE_PANELS > 1
    for (; panel + 1 < panels; panel += 2)
      for (long i = 0; i < rows; i += height)
        product_tiles(2, p, first + i, rows - i < height ? rows - i : height, panel);
#endif
    for (; panel < panels; panel++)
      for (long i = 0; i < rows; i += height)
        product_tiles(1, p, first + i, rows - i < height ? rows - i : height, panel);
  }
}

// What a tile of sums takes its share of: k runs over `lines` stretches of `width`; a and b move on by `aStep` and `bStep`
// floats for each k, and their stretches are `aLine` and `bLine` floats apart.
typedef struct {
  long lines, width, aStep, aLine, bStep, bLine;
} tile_walk;

// sums[i][j] += Σ a[k][i] · b[k][j] for a tile of sums, `row` floats a row; b0 and b1 are b's panels. `fresh` sums begin at 0.
DPT_INLINE void accumulate_tile(int mr, int np, bool fresh, const tile_walk *walk, const float *a, const float *b0,
                                const float *b1, float *sums, long row) {
  const long aStep = walk->aStep, bStep = walk->bStep;
  v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS];
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) acc[i][j] = fresh ? splat(0.0f) : load(sums + i * row + j * DPT_LANES);
  for (long l = 0; l < walk->lines; l++) {
    const float *line = a + l * walk->aLine, *x = b0 + l * walk->bLine, *y = b1 + l * walk->bLine;
    for (long w = 0; w < walk->width; w++, line += aStep, x += bStep, y += bStep) {
      v16 x0 = load(x);
      v16 x1 = np > 1 ? load(y) : x0;
#pragma clang loop unroll(full)
      for (int i = 0; i < mr; i++) {
        v16 value = splat(line[i]);
        acc[i][0] = fma16(value, x0, acc[i][0]);
        if (np > 1) acc[i][DPT_TILE_PANELS - 1] = fma16(value, x1, acc[i][DPT_TILE_PANELS - 1]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) store(sums + i * row + j * DPT_LANES, acc[i][j]);
}

#endif
