// Weight gradients of products whose rows all fit into one chunk.
#ifndef DPT_WEIGHT_GRADIENT_FEW_ROWS_H
#define DPT_WEIGHT_GRADIENT_FEW_ROWS_H

#include "weight_gradient_packing.h"

// With no more rows than two chunks have, one chunk of this size has them all.
#define DPT_FEW_ROWS (2 * DPT_CHUNK)
#define DPT_FEW_TILE (DPT_FEW_ROWS * DPT_TILE_ROWS + DPT_LANES)
#define DPT_FEW_PANEL (DPT_FEW_ROWS * DPT_LANES + DPT_LANES)

DPT_INLINE bool has_few_rows(const dpt_outer_product *p, const dpt_shard_program *s) {
  return p->outer * p->positions * (s->rowStart[s->shards] - s->rowStart[0]) <= DPT_FEW_ROWS;
}

// Computes a product if one chunk has all rows of all shards, packed shard after shard: each tile sums the shards in registers.
static void gradient_of_few_rows(const dpt_outer_product *p, const dpt_shard_program *s) {
  const long tiles = block_tiles(tiles_of(p->m)), columns = block_columns(p->n);
  float *a = p->scratch, *b = a + tiles * DPT_FEW_TILE;
  // Where the shards' slots start.
  int32_t starts[(1 << (DPT_STACK - 1)) + 1];
  dpt_shard_program program = *s;
  program.rowStart = starts;
  dpt_outer_product packed = *p;
  packed.outer = packed.positions = 1;
  packed.aStride = DPT_TILE_ROWS;
  packed.bStride = DPT_LANES;
  for (long j0 = 0; j0 < p->n; j0 += columns) {
    const long width = padded_to_lanes(p->n - j0 < columns ? p->n - j0 : columns);
    for (long i0 = 0; i0 < p->m; i0 += tiles * DPT_TILE_ROWS) {
      const long rows = p->m - i0 < tiles * DPT_TILE_ROWS ? p->m - i0 : tiles * DPT_TILE_ROWS;
      const void *firstA = value_at(p->a, p->aPrecision, i0), *firstB = value_at(p->b, p->bPrecision, j0);
      int32_t k = 0;
      for (long shard = 0; shard < s->shards; shard++) {
        starts[shard] = k;
        const long from = s->rowStart[shard] * p->positions, to = s->rowStart[shard + 1] * p->positions;
        for (row_walk w = {0, from, from, to, from < to ? p->outer : 0}; has_row(&w); k++) {
          const void *rowA = row_at(firstA, p->aPrecision, p->aOuter, p->aStride, &w), *nextA = NULL;
          const void *rowB = row_at(firstB, p->bPrecision, p->bOuter, p->bStride, &w), *nextB = NULL;
          next_row(&w);
          if (DPT_PAIRED && has_row(&w)) {
            nextA = row_at(firstA, p->aPrecision, p->aOuter, p->aStride, &w);
            nextB = row_at(firstB, p->bPrecision, p->bOuter, p->bStride, &w);
            next_row(&w);
          }
          pack_columns(rowA, nextA, p->aPrecision, rows, a + k * DPT_TILE_ROWS, DPT_FEW_TILE);
          for (long j = 0; j < width; j += DPT_LANES)
            store(b + j / DPT_LANES * DPT_FEW_PANEL + k * DPT_LANES,
                  DPT_SLOT_OF(rowB, nextB, p->bPrecision, j, DPT_NO_PARTNER));
          (void)nextB;
        }
      }
      starts[s->shards] = k;
      for (long i = 0; i < rows; i += DPT_TILE_ROWS) {
        const long height = rows - i < DPT_TILE_ROWS ? rows - i : DPT_TILE_ROWS;
        tile_columns at = {a + i / DPT_TILE_ROWS * DPT_FEW_TILE, b, DPT_FEW_PANEL};
        long j = 0;
#if DPT_TILE_PANELS > 1
        for (; j + DPT_LANES < width; j += 2 * DPT_LANES, at.b += 2 * DPT_FEW_PANEL)
          gradient_tiles(2, &packed, &program, i0 + i, height, j0 + j, at);
#endif
        for (; j < width; j += DPT_LANES, at.b += DPT_FEW_PANEL)
          gradient_tiles(1, &packed, &program, i0 + i, height, j0 + j, at);
      }
    }
  }
}

#endif
