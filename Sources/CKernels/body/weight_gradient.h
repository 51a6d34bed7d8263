// Weight and bias gradients: one product per shard, joined tile by tile in the tree's order while the tiles lie in L1.
#ifndef DPT_WEIGHT_GRADIENT_H
#define DPT_WEIGHT_GRADIENT_H

#include "gemm.h"

// Depth of the stack for up to 4096 shards.
#define DPT_STACK 13

// Adds one shard's rows to the accumulators: acc[i][j] += Σ a[row][i] · b[row][j].
DPT_INLINE void outer_tile(int mr, int np, const dpt_outer_product *p, long i0, long j0, long from, long to,
                           v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS]) {
  v16 sum[DPT_TILE_ROWS][DPT_TILE_PANELS];
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) sum[i][j] = splat(0.0f);
  for (long t = 0; t < p->outer; t++) {
    const float *a = p->a + t * p->aOuter + from * p->aStride + i0;
    const float *b = p->b + t * p->bOuter + from * p->bStride + j0;
    for (long r = from; r < to; r++) {
      v16 x0 = load(b);
      v16 x1 = np > 1 ? load(b + DPT_LANES) : x0;
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
    for (int j = 0; j < np; j++) acc[i][j] = sum[i][j];
}

// Stores one lane group of row i; `valid` columns from j on.
DPT_INLINE void emit_lanes(const dpt_outer_product *p, float *node, long i, long j, v16 value, long valid) {
  float *out = node + i * p->outI + j * p->outJ;
  if (p->outJ == 1) {
    store_some(out, value, valid);
  } else {
    float lanes[DPT_LANES];
    store(lanes, value);
    for (long l = 0; l < valid; l++) out[l * p->outJ] = lanes[l];
  }
}

DPT_INLINE void gradient_tile(int mr, int np, const dpt_outer_product *p, const dpt_shard_program *s, long i0, long j0) {
  v16 stack[DPT_STACK][DPT_TILE_ROWS][DPT_TILE_PANELS];
  int top = 0;
  for (long shard = 0; shard < s->shards; shard++) {
    outer_tile(mr, np, p, i0, j0, s->rowStart[shard] * p->positions, s->rowStart[shard + 1] * p->positions,
               stack[top++]);
    for (int join = 0; join < s->joins[shard]; join++) {
      top--;
      for (int i = 0; i < mr; i++)
        for (int j = 0; j < np; j++) stack[top - 1][i][j] += stack[top][i][j];
    }
    if (s->emits[shard] < 0) continue;
    float *node = p->out + s->emits[shard] * p->outNode;
    for (int i = 0; i < mr; i++)
      for (int j = 0; j < np; j++) {
        long column = j0 + j * DPT_LANES;
        emit_lanes(p, node, i0 + i, column, stack[0][i][j], p->n - column < DPT_LANES ? p->n - column : DPT_LANES);
      }
    top = 0;
  }
}

#define DPT_CASE(MR) \
  case MR: gradient_tile(MR, np, p, s, i0, j0); break;

DPT_INLINE void gradient_tiles(int np, const dpt_outer_product *p, const dpt_shard_program *s, long i0, long height,
                               long j0) {
  switch (height) {
    DPT_EACH_HEIGHT(DPT_CASE)
  }
}
#undef DPT_CASE

static void weight_gradient(const dpt_outer_product *p, const dpt_shard_program *s) {
  const long height = tile_height(p->m, DPT_TILE_ROWS);
  long j = 0;
#if DPT_TILE_PANELS > 1
  for (; j + DPT_LANES < p->n; j += 2 * DPT_LANES)
    for (long i = 0; i < p->m; i += height) gradient_tiles(2, p, s, i, p->m - i < height ? p->m - i : height, j);
#endif
  for (; j < p->n; j += DPT_LANES)
    for (long i = 0; i < p->m; i += height) gradient_tiles(1, p, s, i, p->m - i < height ? p->m - i : height, j);
}

static void bias_gradient(const float *b, long bStride, long bOuter, long outer, long positions, long n, float *out,
                          float *out2, long outNode, const dpt_shard_program *s) {
  for (long j = 0; j < n; j += DPT_LANES) {
    v16 stack[DPT_STACK];
    int top = 0;
    for (long shard = 0; shard < s->shards; shard++) {
      v16 sum = splat(0.0f);
      for (long t = 0; t < outer; t++)
        for (long r = s->rowStart[shard] * positions; r < s->rowStart[shard + 1] * positions; r++)
          sum += load(b + t * bOuter + r * bStride + j);
      stack[top++] = sum;
      for (int join = 0; join < s->joins[shard]; join++) {
        top--;
        stack[top - 1] += stack[top];
      }
      if (s->emits[shard] < 0) continue;
      const long at = s->emits[shard] * outNode + j;
      store_some(out + at, stack[0], n - j);
      if (out2) store_some(out2 + at, stack[0], n - j);
      top = 0;
    }
  }
}

#endif
