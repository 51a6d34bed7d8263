// Weight gradients of large products: blocks of sums that fit into L2, from rows packed in chunks so that they are read in
// order.
#ifndef DPT_WEIGHT_GRADIENT_BLOCKS_H
#define DPT_WEIGHT_GRADIENT_BLOCKS_H

#include "weight_gradient.h"

#define DPT_BLOCK_ROWS 192
#define DPT_BLOCK_COLUMNS 256
#define DPT_CHUNK 128
// Floats from one tile or panel of a chunk to the next: 16 more than they have, so that they do not all map to the same
// lines of L1, and so that whole groups can be stored.
#define DPT_CHUNK_TILE (DPT_CHUNK * DPT_TILE_ROWS + DPT_LANES)
#define DPT_CHUNK_PANEL (DPT_CHUNK * DPT_LANES + DPT_LANES)
// With fewer results, tiles without blocks are as fast.
#define DPT_BLOCKED_FROM 4096

typedef struct {
  long rows, columns;  // of a block, whole tiles and panels
  size_t sums, a, b;   // floats of a block's sums, and of the chunks of a and b
} block_plan;

DPT_INLINE block_plan plan_blocks(long m, long n) {
  const long height = (DPT_BLOCK_ROWS / DPT_TILE_ROWS) * DPT_TILE_ROWS;
  const long rows = (m + DPT_TILE_ROWS - 1) / DPT_TILE_ROWS * DPT_TILE_ROWS;
  const long columns = padded_to_lanes(n);
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
  return stack_depth(shards) * plan.sums + plan.a + plan.b;
}

// A block of the result during its summation: its range, the chunks, and the current shard's sums.
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
  // Whole groups are stored; the floats after a tile's rows are overwritten by the next row or never read.
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
      accumulate_tile(DPT_TILE_ROWS, 2, false, &walk, a, b, b + DPT_CHUNK_PANEL, tile + j, plan->columns);
#endif
    for (; j < g->columns; j += DPT_LANES, b += DPT_CHUNK_PANEL)
      accumulate_tile(DPT_TILE_ROWS, 1, false, &walk, a, b, b, tile + j, plan->columns);
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

// Computes a block if one chunk has all rows of all shards: each tile sums the shards in registers.
DPT_INLINE void sum_few_rows(gradient_block *g, const dpt_shard_program *s, long first, long perStep) {
  const dpt_outer_product *p = g->p;
  for (long t = 0; t < p->outer; t++)
    for (long r = first; r < first + perStep; r++)
      pack_row(g, p->a + t * p->aOuter + r * p->aStride, p->b + t * p->bOuter + r * p->bStride);
  g->chunk = 0;
  dpt_outer_product packed = *p;
  packed.aStride = DPT_TILE_ROWS;
  packed.aOuter = perStep * DPT_TILE_ROWS;
  packed.bStride = DPT_LANES;
  packed.bOuter = perStep * DPT_LANES;
  const float *a = g->a - first * DPT_TILE_ROWS;
  for (long i = 0; i < g->rows; i += DPT_TILE_ROWS, a += DPT_CHUNK_TILE) {
    const long rest = p->m - g->i0 - i, rows = rest < DPT_TILE_ROWS ? rest : DPT_TILE_ROWS;
    tile_columns at = {a, g->b - first * DPT_LANES, DPT_CHUNK_PANEL};
    long j = 0;
#if DPT_TILE_PANELS > 1
    for (; j + DPT_LANES < g->columns; j += 2 * DPT_LANES, at.b += 2 * DPT_CHUNK_PANEL)
      gradient_tiles(2, &packed, s, g->i0 + i, rows, g->j0 + j, at);
#endif
    for (; j < g->columns; j += DPT_LANES, at.b += DPT_CHUNK_PANEL)
      gradient_tiles(1, &packed, s, g->i0 + i, rows, g->j0 + j, at);
  }
}

static void gradient_in_blocks(const dpt_outer_product *p, const dpt_shard_program *s) {
  const block_plan plan = plan_blocks(p->m, p->n);
  gradient_block g = {.p = p, .a = p->scratch, .b = p->scratch + plan.a};
  float *stack = g.b + plan.b;
  const long start = s->rowStart[0] * p->positions, perStep = s->rowStart[s->shards] * p->positions - start;
  for (g.j0 = 0; g.j0 < p->n; g.j0 += plan.columns)
    for (g.i0 = 0; g.i0 < p->m; g.i0 += plan.rows) {
      const long rows = p->m - g.i0 < plan.rows ? p->m - g.i0 : plan.rows;
      const long columns = p->n - g.j0 < plan.columns ? p->n - g.j0 : plan.columns;
      g.rows = (rows + DPT_TILE_ROWS - 1) / DPT_TILE_ROWS * DPT_TILE_ROWS;
      g.columns = padded_to_lanes(columns);
      if (p->outer * perStep <= DPT_CHUNK) {
        sum_few_rows(&g, s, start, perStep);
        continue;
      }
      for (shard_fold f = fold_shards(s, stack, g.rows * plan.columns); has_shard(&f);) {
        sum_shard(&g, &plan, shard_start(&f), shard_end(&f), f.top);
        if (!join_shards(&f)) continue;
        float *node = p->out + f.node * p->outNode;
        for (long i = 0; i < rows; i++)
          for (long j = 0; j < columns; j += DPT_LANES)
            emit_lanes(p, node, g.i0 + i, g.j0 + j, load(stack + i * plan.columns + j));
      }
    }
}

static void weight_gradient(const dpt_outer_product *p, const dpt_shard_program *s) {
  const size_t wanted = weight_gradient_scratch(p->m, p->n, s->shards);
  if (wanted > 0 && p->scratchCount >= wanted) gradient_in_blocks(p, s);
  else gradient_in_tiles(p, s);
}

#endif
