// Weight gradients: one product per shard, added tile by tile in the tree's order while the tiles are in L1.
// Large products use weight_gradient_blocks.h.
#ifndef DPT_WEIGHT_GRADIENT_H
#define DPT_WEIGHT_GRADIENT_H

#include "fold.h"
#include "gemm.h"

// Pointers to a tile's columns of a and b; panels of b are `panel` floats apart.
typedef struct {
  const float *a, *b;
  long panel;
} tile_columns;

// Sums one shard's rows: sums[i][j] = Σ a[row][i] · b[row][j] for a tile of mr × np groups.
DPT_INLINE void outer_tile(int mr, int np, const dpt_outer_product *p, tile_columns at, long from, long to,
                           float *sums) {
  v16 sum[DPT_TILE_ROWS][DPT_TILE_PANELS];
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) sum[i][j] = splat(0.0f);
  for (long t = 0; t < p->outer; t++) {
    const float *a = at.a + t * p->aOuter + from * p->aStride;
    const float *b = at.b + t * p->bOuter + from * p->bStride;
    for (long r = from; r < to; r++) {
      v16 x0 = load(b);
      v16 x1 = np > 1 ? load(b + at.panel) : x0;
#pragma clang loop unroll(full)
      for (int i = 0; i < mr; i++) {
        v16 y = splat(a[i]);
        sum[i][0] = fma16(y, x0, sum[i][0]);
        if (np > 1) sum[i][DPT_TILE_PANELS - 1] = fma16(y, x1, sum[i][DPT_TILE_PANELS - 1]);
      }
      a += p->aStride;
      b += p->bStride;
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) store(sums + (i * np + j) * DPT_LANES, sum[i][j]);
}

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
    outer_tile(mr, np, p, at, shard_start(&f) * p->positions, shard_end(&f) * p->positions, f.top);
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

// Computes the whole result tile by tile, from unpacked rows.
static void gradient_in_tiles(const dpt_outer_product *p, const dpt_shard_program *s) {
  const long height = tile_height(p->m, DPT_TILE_ROWS);
  long j = 0;
#if DPT_TILE_PANELS > 1
  for (; j + DPT_LANES < p->n; j += 2 * DPT_LANES)
    for (long i = 0; i < p->m; i += height)
      gradient_tiles(2, p, s, i, p->m - i < height ? p->m - i : height, j,
                     (tile_columns){p->a + i, p->b + j, DPT_LANES});
#endif
  for (; j < p->n; j += DPT_LANES)
    for (long i = 0; i < p->m; i += height)
      gradient_tiles(1, p, s, i, p->m - i < height ? p->m - i : height, j,
                     (tile_columns){p->a + i, p->b + j, DPT_LANES});
}

#endif
