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

// Stores 16 columns of row i, from column j on, as far as they count.
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
        emit_lanes(p, node, i0 + i, j0 + j * DPT_LANES, stack[0][i][j]);
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

// Large products: blocks of sums that lie in L2, rows packed in chunks to where they are read in order.
#define DPT_BLOCK_ROWS 192
#define DPT_BLOCK_COLUMNS 256
#define DPT_CHUNK 128
// Floats from one tile or panel of a chunk to the next: a group of lanes more than they hold, so that they do not all start
// at the same lines of L1, and so that whole groups can be stored.
#define DPT_CHUNK_TILE (DPT_CHUNK * DPT_TILE_ROWS + DPT_LANES)
#define DPT_CHUNK_PANEL (DPT_CHUNK * DPT_LANES + DPT_LANES)
// Below this many results the tiles alone do as well.
#define DPT_BLOCKED_FROM 4096

typedef struct {
  long rows, columns;  // of a block, whole tiles and panels
  size_t sums, a, b;   // floats of a block's sums, and of the chunks of a and b
} block_plan;

DPT_INLINE block_plan plan_blocks(long m, long n) {
  const long height = (DPT_BLOCK_ROWS / DPT_TILE_ROWS) * DPT_TILE_ROWS;
  const long rows = (m + DPT_TILE_ROWS - 1) / DPT_TILE_ROWS * DPT_TILE_ROWS;
  const long columns = (n + DPT_LANES - 1) / DPT_LANES * DPT_LANES;
  block_plan plan = {.rows = rows < height ? rows : height,
                     .columns = columns < DPT_BLOCK_COLUMNS ? columns : DPT_BLOCK_COLUMNS};
  plan.sums = (size_t)(plan.rows * plan.columns);
  plan.a = (size_t)(plan.rows / DPT_TILE_ROWS * DPT_CHUNK_TILE);
  plan.b = (size_t)(plan.columns / DPT_LANES * DPT_CHUNK_PANEL);
  return plan;
}

static size_t weight_gradient_scratch(long m, long n, long shards) {
  if (m * n < DPT_BLOCKED_FROM) return 0;
  const block_plan plan = plan_blocks(m, n);
  size_t depth = 2;
  while (1L << (depth - 2) < shards) depth++;
  return depth * plan.sums + plan.a + plan.b;
}

// One block of the result while it is summed: which part it is, and where the chunks and the present shard's sums lie.
typedef struct {
  const dpt_outer_product *p;
  long i0, rows, j0, columns;
  float *a, *b;
  long chunk;
} gradient_block;

DPT_INLINE void pack_row(gradient_block *g, const float *a, const float *b) {
  const dpt_outer_product *p = g->p;
  const long k = g->chunk++;
  float *tile = g->a + k * DPT_TILE_ROWS;
  // What follows a tile's rows is stored too, and then overwritten by the next row, or by nobody.
  for (long i = g->i0; i < g->i0 + g->rows; i += DPT_TILE_ROWS, tile += DPT_CHUNK_TILE)
    store(tile, p->m - i < DPT_TILE_ROWS ? first_lanes(load(a + i), p->m - i) : load(a + i));
  float *panel = g->b + k * DPT_LANES;
  for (long j = g->j0; j < g->j0 + g->columns; j += DPT_LANES, panel += DPT_CHUNK_PANEL) store(panel, load(b + j));
}

DPT_INLINE void add_chunk(gradient_block *g, const block_plan *plan, float *sums) {
  const tile_walk walk = {.lines = 1, .width = g->chunk, .aStep = DPT_TILE_ROWS, .bStep = DPT_LANES};
  const float *a = g->a;
  for (long i = 0; i < g->rows; i += DPT_TILE_ROWS, a += DPT_CHUNK_TILE) {
    float *tile = sums + i * plan->columns;
    const float *b = g->b;
    long j = 0;
#if DPT_TILE_PANELS > 1
    for (; j + DPT_LANES < g->columns; j += 2 * DPT_LANES, b += 2 * DPT_CHUNK_PANEL)
      accumulate_tile(DPT_TILE_ROWS, 2, &walk, a, b, b + DPT_CHUNK_PANEL, tile + j, plan->columns);
#endif
    for (; j < g->columns; j += DPT_LANES, b += DPT_CHUNK_PANEL)
      accumulate_tile(DPT_TILE_ROWS, 1, &walk, a, b, b, tile + j, plan->columns);
  }
  g->chunk = 0;
}

DPT_INLINE void sum_shard(gradient_block *g, const block_plan *plan, long from, long to, float *sums) {
  const dpt_outer_product *p = g->p;
  memset(sums, 0, (size_t)(g->rows * plan->columns) * sizeof(float));
  for (long t = 0; t < p->outer; t++)
    for (long r = from * p->positions; r < to * p->positions; r++) {
      pack_row(g, p->a + t * p->aOuter + r * p->aStride, p->b + t * p->bOuter + r * p->bStride);
      if (g->chunk == DPT_CHUNK) add_chunk(g, plan, sums);
    }
  if (g->chunk > 0) add_chunk(g, plan, sums);
}

static void gradient_in_blocks(const dpt_outer_product *p, const dpt_shard_program *s) {
  const block_plan plan = plan_blocks(p->m, p->n);
  gradient_block g = {.p = p, .a = p->scratch, .b = p->scratch + plan.a};
  float *stack = g.b + plan.b;
  for (g.j0 = 0; g.j0 < p->n; g.j0 += plan.columns)
    for (g.i0 = 0; g.i0 < p->m; g.i0 += plan.rows) {
      const long rows = p->m - g.i0 < plan.rows ? p->m - g.i0 : plan.rows;
      const long columns = p->n - g.j0 < plan.columns ? p->n - g.j0 : plan.columns;
      g.rows = (rows + DPT_TILE_ROWS - 1) / DPT_TILE_ROWS * DPT_TILE_ROWS;
      g.columns = (columns + DPT_LANES - 1) / DPT_LANES * DPT_LANES;
      long top = 0;
      for (long shard = 0; shard < s->shards; shard++) {
        sum_shard(&g, &plan, s->rowStart[shard], s->rowStart[shard + 1], stack + (size_t)top++ * plan.sums);
        for (int join = 0; join < s->joins[shard]; join++) {
          top--;
          float *left = stack + (size_t)(top - 1) * plan.sums, *right = left + plan.sums;
          for (long i = 0; i < g.rows * plan.columns; i += DPT_LANES) store(left + i, load(left + i) + load(right + i));
        }
        if (s->emits[shard] < 0) continue;
        top = 0;
        float *node = p->out + s->emits[shard] * p->outNode;
        for (long i = 0; i < rows; i++)
          for (long j = 0; j < columns; j += DPT_LANES)
            emit_lanes(p, node, g.i0 + i, g.j0 + j, load(stack + i * plan.columns + j));
      }
    }
}

static void weight_gradient(const dpt_outer_product *p, const dpt_shard_program *s) {
  const size_t wanted = weight_gradient_scratch(p->m, p->n, s->shards);
  if (wanted > 0 && p->scratchCount >= wanted) {
    gradient_in_blocks(p, s);
    return;
  }
  const long height = tile_height(p->m, DPT_TILE_ROWS);
  long j = 0;
#if DPT_TILE_PANELS > 1
  for (; j + DPT_LANES < p->n; j += 2 * DPT_LANES)
    for (long i = 0; i < p->m; i += height) gradient_tiles(2, p, s, i, p->m - i < height ? p->m - i : height, j);
#endif
  for (; j < p->n; j += DPT_LANES)
    for (long i = 0; i < p->m; i += height) gradient_tiles(1, p, s, i, p->m - i < height ? p->m - i : height, j);
}

// Up to four groups of columns at a time: their sums wait for each other's additions no longer than they must.
#define DPT_SUM_GROUPS 4

DPT_INLINE void sum_columns(int groups, const dpt_outer_product *p, long j0, float *out2, const dpt_shard_program *s) {
  v16 stack[DPT_STACK][DPT_SUM_GROUPS];
  int top = 0;
  for (long shard = 0; shard < s->shards; shard++) {
    v16 sum[DPT_SUM_GROUPS];
#pragma clang loop unroll(full)
    for (int j = 0; j < groups; j++) sum[j] = splat(0.0f);
    for (long t = 0; t < p->outer; t++)
      for (long r = s->rowStart[shard] * p->positions; r < s->rowStart[shard + 1] * p->positions; r++)
#pragma clang loop unroll(full)
        for (int j = 0; j < groups; j++) sum[j] += load(p->b + t * p->bOuter + r * p->bStride + j0 + j * DPT_LANES);
#pragma clang loop unroll(full)
    for (int j = 0; j < groups; j++) stack[top][j] = sum[j];
    top++;
    for (int join = 0; join < s->joins[shard]; join++) {
      top--;
      for (int j = 0; j < groups; j++) stack[top - 1][j] += stack[top][j];
    }
    if (s->emits[shard] < 0) continue;
    const long node = s->emits[shard] * p->outNode;
    for (int j = 0; j < groups; j++) {
      emit_lanes(p, p->out + node, 0, j0 + j * DPT_LANES, stack[0][j]);
      if (out2) emit_lanes(p, out2 + node, 0, j0 + j * DPT_LANES, stack[0][j]);
    }
    top = 0;
  }
}

static void bias_gradient(const float *b, long bStride, long bOuter, long outer, long positions, long n, long group,
                          long groupValid, float *out, float *out2, long outNode, const dpt_shard_program *s) {
  const dpt_outer_product p = {
      .b = b, .bStride = bStride, .bOuter = bOuter, .outer = outer, .positions = positions, .n = n, .group = group,
      .groupValid = groupValid, .outGroup = groupValid, .out = out, .outJ = 1, .outNode = outNode,
  };
  const long wide = DPT_SUM_GROUPS * DPT_LANES;
  long j = 0;
  for (; j + wide - DPT_LANES < n; j += wide) sum_columns(DPT_SUM_GROUPS, &p, j, out2, s);
  for (; j < n; j += DPT_LANES) sum_columns(1, &p, j, out2, s);
}

#endif
