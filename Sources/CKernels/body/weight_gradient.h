// Weight gradients: one product per shard, added tile by tile in the tree's order while the tiles are in L1.
// Large products use weight_gradient_blocks.h.
#ifndef DPT_WEIGHT_GRADIENT_H
#define DPT_WEIGHT_GRADIENT_H

#include "fold.h"
#include "gemm.h"

// Pointers to a tile's columns of a and b in slots; panels of b are `panel` floats apart.
typedef struct {
  const float *a, *b;
  long panel;
} tile_columns;

// Sums one shard's slots: sums[i][j] = Σ a[row][i] · b[row][j] for a tile of mr × np groups.
DPT_INLINE void outer_tile(bool isCareful, int mr, int np, const dpt_outer_product *p, tile_columns at, long from, long to,
                           float *sums) {
  v16 sum[DPT_TILE_ROWS][DPT_TILE_PANELS];
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) sum[i][j] = splat(0.0f);
  for (long t = 0; t < p->outer; t++) {
    const float *a = at.a + t * p->aOuter + from * p->aStride;
    const float *b = at.b + t * p->bOuter + from * p->bStride;
    const long aStride = p->aStride, bStride = p->bStride;
    long left = to - from;
#define DPT_STEP(AT)                                                                                                    \
  {                                                                                                                     \
    const float *column = a + (AT) * aStride;                                                                           \
    v16 x0 = load(b + (AT) * bStride);                                                                                  \
    v16 x1 = np > 1 ? load(b + (AT) * bStride + at.panel) : x0;                                                         \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < mr; i++) {                                                   \
      v16 y = splat(column[i]);                                                                                         \
      sum[i][0] = add_product(DPT_RULE, isCareful, y, x0, sum[i][0]);                                                   \
      if (np > 1) sum[i][DPT_TILE_PANELS - 1] = add_product(DPT_RULE, isCareful, y, x1, sum[i][DPT_TILE_PANELS - 1]);   \
    }                                                                                                                   \
  }
    if (DPT_ROUNDED && !DPT_PAIRED) {
      // The second of a pair is added first.
      for (; left > 1; left -= 2, a += 2 * aStride, b += 2 * bStride) {
        DPT_STEP(1)
        DPT_STEP(0)
      }
      if (left > 0) DPT_STEP(0)
    } else {
      for (; left > 0; left--, a += aStride, b += bStride) DPT_STEP(0)
    }
#undef DPT_STEP
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) store(sums + (i * np + j) * DPT_LANES, sum[i][j]);
}

#if DPT_ROUNDED && !DPT_PAIRED

#define DPT_CASE(MR) \
  case MR: outer_tile(isCareful, MR, np, p, at, from, to, sums); break;

DPT_INLINE void rounded_outer(bool isCareful, int np, const dpt_outer_product *p, long height, tile_columns at, long from,
                              long to, float *sums) {
  switch (height) {
    DPT_EACH_HEIGHT(DPT_CASE)
  }
}
#undef DPT_CASE

static __attribute__((noinline)) void rounded_outer_sums(bool isCareful, int np, const dpt_outer_product *p, long height,
                                                         tile_columns at, long from, long to, float *sums) {
  (void)isCareful, (void)np;
#if DPT_CAREFUL_SUMS
  if (isCareful) return rounded_outer(true, 1, p, height, at, from, to, sums);
#endif
#if DPT_TILE_PANELS > 1
  if (np > 1) return rounded_outer(false, 2, p, height, at, from, to, sums);
#endif
  rounded_outer(false, 1, p, height, at, from, to, sums);
}

#endif

// Stores the valid ones of 16 columns of row i, from column j on.
DPT_INLINE void emit_lanes(const dpt_outer_product *p, float *node, long i, long j, v16 value) {
  float *out = node + i * p->outI;
  long end = p->n;
  if (p->group) {
    out += j / p->group * p->outGroup;
    j %= p->group;
    end = p->groupValid;
  }
  const long valid = end - j < DPT_LANES ? end - j : DPT_LANES;
  out += j * p->outJ;
  if (p->outJ == 1) {
    store_some(out, value, valid);
  } else {
    float lanes[DPT_LANES];
    store(lanes, value);
    for (long l = 0; l < valid; l++) out[l * p->outJ] = lanes[l];
  }
}

DPT_INLINE void gradient_tile(int mr, int np, const dpt_outer_product *p, const dpt_shard_program *s, long i0, long j0,
                              tile_columns at) {
  v16 stack[DPT_STACK * DPT_TILE_ROWS * DPT_TILE_PANELS];
  for (shard_fold f = fold_shards(s, stack, mr * np * DPT_LANES); has_shard(&f);) {
    const long from = shard_start(&f) * p->positions, to = shard_end(&f) * p->positions;
#if DPT_ROUNDED && !DPT_PAIRED
    DPT_MAKE_SUMS(rounded_outer_sums(isCareful, np, p, mr, at, from, to, f.top));
#else
    outer_tile(false, mr, np, p, at, from, to, f.top);
#endif
    if (!join_shards(&f)) continue;
    float *node = p->out + f.node * p->outNode;
    for (int i = 0; i < mr; i++)
      for (int j = 0; j < np; j++) emit_lanes(p, node, i0 + i, j0 + j * DPT_LANES, stack[i * np + j]);
  }
}

#define DPT_CASE(MR) \
  case MR: gradient_tile(MR, np, p, s, i0, j0, at); break;

// Computes a tile of `height` rows and `np` panels of the result.
DPT_INLINE void gradient_tiles(int np, const dpt_outer_product *p, const dpt_shard_program *s, long i0, long height,
                               long j0, tile_columns at) {
  switch (height) {
    DPT_EACH_HEIGHT(DPT_CASE)
  }
}
#undef DPT_CASE

#if !DPT_ROUNDED

// Computes the whole result tile by tile, from unpacked rows.
static void gradient_in_tiles(const dpt_outer_product *p, const dpt_shard_program *s) {
  const long height = tile_height(p->m, DPT_TILE_ROWS);
  long j = 0;
#if DPT_TILE_PANELS > 1
  for (; j + DPT_LANES < p->n; j += 2 * DPT_LANES)
    for (long i = 0; i < p->m; i += height)
      gradient_tiles(2, p, s, i, p->m - i < height ? p->m - i : height, j,
                     (tile_columns){(const float *)p->a + i, (const float *)p->b + j, DPT_LANES});
#endif
  for (; j < p->n; j += DPT_LANES)
    for (long i = 0; i < p->m; i += height)
      gradient_tiles(1, p, s, i, p->m - i < height ? p->m - i : height, j,
                     (tile_columns){(const float *)p->a + i, (const float *)p->b + j, DPT_LANES});
}

#endif

#endif
