// The micro-kernel with every row of A given by pointers, one for each tap of a kernel.
#ifndef DPT_GATHERED_PRODUCT_H
#define DPT_GATHERED_PRODUCT_H

#include "gemm.h"

// Tiles of one block of rows, which reuse a panel of B while it lies in L1 or L2; and the most taps of a kernel that
// are handled at once.
#define DPT_BLOCK_TILES 16
#define DPT_TAPS 128

// A block of output rows: where each row's taps are read, and where the row is written.
typedef struct {
  long rows, taps;
  // For tap t of tile i, the tile's rows' pointers to slots: a[(i * taps + t) * DPT_TILE_ROWS].
  const float *a[DPT_BLOCK_TILES * DPT_TILE_ROWS * DPT_TAPS];
  // Inner length of a tap in slots, and the row of B at which its part begins.
  long depth, part[DPT_TAPS];
  element *c[DPT_BLOCK_TILES * DPT_TILE_ROWS];
} gathered_rows;

typedef struct {
  const float *b, *bias;
  // Inner length of all of B in slots, and columns of C.
  long inner, columns;
  // Whether C's rows have room for whole panels.
  bool padded;
  bool relu;
  // Whether C's values are added.
  bool adds;
} gathered_product;

DPT_INLINE void sum_gathered_tile(bool isCareful, int mr, int np, const gathered_product *p, const gathered_rows *g,
                                  long tile, long panel, v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS]) {
  const float *b0 = p->b + panel * p->inner * DPT_LANES;
  const float *b1 = b0 + (np > 1 ? p->inner * DPT_LANES : 0);
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
        acc[i][0] = add_product(DPT_RULE, isCareful, value, x0, acc[i][0]);
        if (np > 1)
          acc[i][DPT_TILE_PANELS - 1] = add_product(DPT_RULE, isCareful, value, x1, acc[i][DPT_TILE_PANELS - 1]);
      }
    }
  }
}

DPT_INLINE void write_gathered_tile(int mr, int np, const gathered_product *p, const gathered_rows *g, long tile, long panel,
                                    v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS]) {
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) {
      v16 value = acc[i][j];
      if (p->relu) value = choose(value < splat(0.0f), splat(0.0f), value);
      const long column = (panel + j) * DPT_LANES;
      element *c = g->c[tile * DPT_TILE_ROWS + i] + column;
      const long valid = p->padded ? DPT_LANES : p->columns - column;
      if (p->adds) value += load_some(c, valid);
      store_some(c, value, valid);
    }
}

#if DPT_ROUNDED && !DPT_PAIRED

#define DPT_CASE(MR)                                                          \
  case MR:                                                                    \
    sum_gathered_tile(isCareful, MR, np, p, g, tile, panel, sums);            \
    memcpy(acc, sums, MR * sizeof sums[0]);                                   \
    break;

DPT_INLINE void rounded_gathered(bool isCareful, int np, const gathered_product *p, const gathered_rows *g, long tile,
                                 long height, long panel, v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS]) {
  // Stays in registers.
  v16 sums[DPT_TILE_ROWS][DPT_TILE_PANELS];
  switch (height) {
    DPT_EACH_HEIGHT(DPT_CASE)
  }
}
#undef DPT_CASE

static __attribute__((noinline)) void rounded_gathered_sums(bool isCareful, int np, const gathered_product *p,
                                                            const gathered_rows *g, long tile, long height, long panel,
                                                            v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS]) {
  (void)isCareful, (void)np;
#if DPT_CAREFUL_SUMS
  if (isCareful) return rounded_gathered(true, 1, p, g, tile, height, panel, acc);
#endif
#if DPT_TILE_PANELS > 1
  if (np > 1) return rounded_gathered(false, 2, p, g, tile, height, panel, acc);
#endif
  rounded_gathered(false, 1, p, g, tile, height, panel, acc);
}

#endif

#define DPT_CASE(MR)                                                              \
  case MR:                                                                        \
    if (!apart) sum_gathered_tile(false, MR, np, p, g, tile, panel, acc);         \
    write_gathered_tile(MR, np, p, g, tile, panel, acc);                          \
    break;

DPT_INLINE void gathered_tiles(bool apart, int np, const gathered_product *p, const gathered_rows *g, long tile, long height,
                               long panel) {
  v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS];
#if DPT_ROUNDED && !DPT_PAIRED
  if (apart) DPT_MAKE_SUMS(rounded_gathered_sums(isCareful, np, p, g, tile, height, panel, acc));
#endif
  switch (height) {
    DPT_EACH_HEIGHT(DPT_CASE)
  }
}
#undef DPT_CASE

// The tiles of a block; with `apart` each cares for the rule of its sums.
DPT_INLINE void gathered_block(bool apart, const gathered_product *p, const gathered_rows *g) {
  const long panels = (p->columns + DPT_LANES - 1) / DPT_LANES;
  long panel = 0;
#if DPT_TILE_PANELS > 1
  for (; panel + 1 < panels; panel += 2)
    for (long i = 0; i * DPT_TILE_ROWS < g->rows; i++) {
      const long left = g->rows - i * DPT_TILE_ROWS;
      gathered_tiles(apart, 2, p, g, i, left < DPT_TILE_ROWS ? left : DPT_TILE_ROWS, panel);
    }
#endif
  for (; panel < panels; panel++)
    for (long i = 0; i * DPT_TILE_ROWS < g->rows; i++) {
      const long left = g->rows - i * DPT_TILE_ROWS;
      gathered_tiles(apart, 1, p, g, i, left < DPT_TILE_ROWS ? left : DPT_TILE_ROWS, panel);
    }
}

#if DPT_SUMS_TOGETHER
DPT_SUMMING void sum_gathered(const gathered_product *p, const gathered_rows *g) { gathered_block(false, p, g); }
#endif

static void multiply_gathered(const gathered_product *p, const gathered_rows *g) {
#if DPT_SUMS_TOGETHER
  // The mode is for sums of products alone: not for a bias by itself, nor for additions to C.
  if (g->taps > 0 && !p->adds) {
    DPT_SUM(sum_gathered(p, g));
    return;
  }
#endif
  gathered_block(DPT_ROUNDED && !DPT_PAIRED, p, g);
}

// Adds a row to the block, and runs the block when it is full; gives where each tap's pixel is to be put.
DPT_INLINE const float **new_row(const gathered_product *p, gathered_rows *g, element *c) {
  if (g->rows == DPT_BLOCK_TILES * DPT_TILE_ROWS) {
    multiply_gathered(p, g);
    g->rows = 0;
  }
  const long row = g->rows++;
  g->c[row] = c;
  return g->a + row / DPT_TILE_ROWS * g->taps * DPT_TILE_ROWS + row % DPT_TILE_ROWS;
}

#endif
