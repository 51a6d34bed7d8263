// Weight gradients of large products: blocks of sums that fit into L2, from rows packed in chunks so that they are read in
// order. Products with columns of the same rows run together, so that these are read once.
#ifndef DPT_WEIGHT_GRADIENT_BLOCKS_H
#define DPT_WEIGHT_GRADIENT_BLOCKS_H

#include "row_sums.h"
#include "weight_gradient_few_rows.h"
#include "weight_gradient_packing.h"

static size_t gradient_block_scratch(long tiles, long n, long shards) {
  const long most = block_tiles(tiles), columns = block_columns(n);
  return stack_depth(shards) * block_sums(most, columns) + 2 * (packed_rows(most) + packed_columns(columns));
}

// Rounded values are always laid out in slots, and so in blocks.
static size_t weight_gradient_scratch(dpt_precision precision, long m, long n, long shards) {
  (void)precision;
  return !DPT_ROUNDED && m * n < DPT_BLOCKED_FROM ? 0 : gradient_block_scratch(tiles_of(m), n, shards);
}

static size_t weight_gradients_scratch(dpt_precision precision, long m1, long m2, long n, long shards) {
  (void)precision;
  return !DPT_ROUNDED && (m1 + m2) * n < DPT_BLOCKED_FROM
             ? 0 : gradient_block_scratch(tiles_of(m1) + tiles_of(m2), n, shards);
}

// Adds the products of a chunk for the rows of one tile. After each tile it packs a row of the next chunk, which overlaps with
// the next tile. Where all this is in the mode of sums of products, it does not pack, since packing also adds columns.
DPT_SUMMING void add_tiles(gradient_block *g, const tile_walk *walk, long height, const float *a, const float *b, float *tile,
                           long from, long to, float *columnSums) {
  long j = from;
#if DPT_TILE_PANELS > 1
  for (; j + DPT_LANES < to; j += 2 * DPT_LANES, b += 2 * DPT_CHUNK_PANEL) {
    accumulate_tiles(DPT_RULE, 2, false, height, walk, a, b, b + DPT_CHUNK_PANEL, tile + j, g->mostColumns);
    if (!DPT_SUMS_TOGETHER) pack_rows(g, 1, columnSums);
  }
#endif
  for (; j < to; j += DPT_LANES, b += DPT_CHUNK_PANEL) {
    accumulate_tiles(DPT_RULE, 1, false, height, walk, a, b, b, tile + j, g->mostColumns);
    if (!DPT_SUMS_TOGETHER) pack_rows(g, 1, columnSums);
  }
}

// Adds the products of a chunk, and packs the next one.
static void add_chunk(gradient_block *g, float *sums, float *columnSums) {
  const long columns = g->j1 - g->j0;
  const int turn = g->turn;
  const tile_walk walk = {.lines = 1, .width = g->rows[turn], .aStep = DPT_TILE_ROWS, .bStep = DPT_LANES};
  g->turn = 1 - turn;
  g->rows[g->turn] = 0;
  for (long s = 0; s < g->sourceCount; s++) {
    const gradient_source *source = g->sources + s;
    const long from = source->from > g->j0 ? source->from - g->j0 : 0;
    const long to = source->to < g->j1 ? source->to - g->j0 : columns;
    for (long i = 0; i < source->rows; i += DPT_TILE_ROWS) {
      const long row = source->row + i;
      const long height = source->rows - i < DPT_TILE_ROWS ? source->rows - i : DPT_TILE_ROWS;
      const float *a = g->a[turn] + row / DPT_TILE_ROWS * DPT_CHUNK_TILE;
      const float *b = g->b[turn] + from / DPT_LANES * DPT_CHUNK_PANEL;
      DPT_SUM(add_tiles(g, &walk, height, a, b, sums + row * g->mostColumns, from, to, columnSums));
    }
  }
  pack_rows(g, DPT_CHUNK, columnSums);
}

// Sums a shard's rows from ..< to; b's columns too if `withColumns`.
static void sum_shard(gradient_block *g, long from, long to, bool withColumns, float *sums) {
  memset(sums, 0, block_sums(g->tiles, g->mostColumns) * sizeof(float));
  float *columnSums = withColumns ? sums + g->tiles * DPT_TILE_ROWS * g->mostColumns : NULL;
  g->walk = g->ahead = (row_walk){0, from, from, to, from < to ? g->products->outer : 0};
  for (int i = 0; i < DPT_ROWS_AHEAD; i++) prefetch_row(g);
  g->rows[g->turn] = 0;
  pack_rows(g, DPT_CHUNK, columnSums);
  while (g->rows[g->turn] > 0) add_chunk(g, sums, columnSums);
}

// Writes the part of a product that is in the block.
static void emit_product(const gradient_block *g, const dpt_outer_product *p, const gradient_source *source, float *node,
                         const float *sums) {
  const long first = values_between(g->base, p->b, p->bPrecision), end = first + p->n;
  const long from = first > g->j0 ? first : g->j0, to = end < g->j1 ? end : g->j1;
  const float *rows = sums + source->row * g->mostColumns - g->j0;
  long i = 0;
  if (p->outJ != 1 && p->outI == 1)
    for (; i + DPT_LANES <= source->rows; i += DPT_LANES)
      for (long j = from; j < to; j += DPT_LANES) {
        float lanes[DPT_LANES * DPT_LANES];
        transpose_lanes(rows + i * g->mostColumns + j, g->mostColumns, lanes);
        float *out = node + source->i0 + i;
        long place = j - first, valid = p->n;
        if (p->group) {
          out += place / p->group * p->outGroup;
          place %= p->group;
          valid = p->groupValid;
        }
        for (long l = 0; l < DPT_LANES && place + l < valid; l++)
          store(out + (place + l) * p->outJ, load(lanes + l * DPT_LANES));
      }
  for (; i < source->rows; i++)
    for (long j = from; j < to; j += DPT_LANES)
      emit_lanes(p, node, source->i0 + i, j - first, load(rows + i * g->mostColumns + j));
}

// Writes the part of the columns' sums that is in the block.
static void emit_sums(const gradient_block *g, const dpt_row_sums *p, long node, const float *sums) {
  const dpt_outer_product row = {
      .n = p->columns, .group = p->group, .groupValid = p->groupValid, .outJ = 1, .outGroup = p->groupValid,
  };
  const long first = values_between(g->base, p->base, p->precision), end = first + p->columns;
  for (long j = first > g->j0 ? first : g->j0; j < end && j < g->j1; j += DPT_LANES) {
    const v16 value = load(sums + g->tiles * DPT_TILE_ROWS * g->mostColumns + j - g->j0);
    emit_lanes(&row, p->out + node * p->outNode, 0, j - first, value);
    if (p->second) emit_lanes(&row, p->second + node * p->outNode, 0, j - first, value);
  }
}

// Places tiles first ..< first + tiles of all sources in the block.
DPT_INLINE void place_sources(gradient_block *g, long first, long tiles) {
  long start = 0, row = 0;
  g->tiles = tiles;
  for (long s = 0; s < g->sourceCount; s++) {
    gradient_source *source = g->sources + s;
    const long count = tiles_of(source->m);
    const long from = first > start ? first - start : 0, end = first + tiles - start;
    const long to = end < count ? end : count;
    source->i0 = from * DPT_TILE_ROWS;
    source->rows = from < to ? (to * DPT_TILE_ROWS < source->m ? to * DPT_TILE_ROWS : source->m) - source->i0 : 0;
    source->row = row;
    if (from < to) row += (to - from) * DPT_TILE_ROWS;
    start += count;
  }
}

DPT_INLINE const gradient_source *source_of(const gradient_block *g, const dpt_outer_product *p) {
  const gradient_source *source = g->sources;
  while (source->a != p->a) source++;
  return source;
}

static void gradients_in_blocks(gradient_block *g, const dpt_shard_program *s, float *scratch) {
  const long positions = g->products->positions;
  long tiles = 0;
  for (long i = 0; i < g->sourceCount; i++) tiles += tiles_of(g->sources[i].m);
  g->mostTiles = block_tiles(tiles);
  g->mostColumns = block_columns(g->columns);
  g->a[0] = scratch;
  g->a[1] = g->a[0] + packed_rows(g->mostTiles);
  g->b[0] = g->a[1] + packed_rows(g->mostTiles);
  g->b[1] = g->b[0] + packed_columns(g->mostColumns);
  float *stack = g->b[1] + packed_columns(g->mostColumns);
  for (g->j0 = 0; g->j0 < g->columns; g->j0 = g->j1) {
    g->j1 = g->j0 + g->mostColumns < g->columns ? g->j0 + g->mostColumns : padded_to_lanes(g->columns);
    for (long first = 0; first < tiles; first += g->mostTiles) {
      place_sources(g, first, tiles - first < g->mostTiles ? tiles - first : g->mostTiles);
      // The columns' sums are the same in all blocks of rows.
      const long sumCount = first == 0 ? g->sumCount : 0;
      for (shard_fold f = fold_shards(s, stack, (long)block_sums(g->tiles, g->mostColumns)); has_shard(&f);) {
        sum_shard(g, shard_start(&f) * positions, shard_end(&f) * positions, sumCount > 0, f.top);
        if (!join_shards(&f)) continue;
        for (long q = 0; q < g->productCount; q++) {
          const dpt_outer_product *p = g->products + q;
          emit_product(g, p, source_of(g, p), p->out + f.node * p->outNode, stack);
        }
        for (long q = 0; q < sumCount; q++) emit_sums(g, g->sums + q, f.node, stack);
      }
    }
  }
}

DPT_INLINE void include_columns(gradient_block *g, const void *first, dpt_precision precision, long n) {
  const long end = values_between(g->base, first, precision) + n;
  if (end > g->columns) g->columns = end;
}

// Finds the sources and columns of the products and sums. Returns whether these can run together.
static bool join_products(gradient_block *g) {
  g->base = g->products->b;
  for (long q = 0; q < g->productCount; q++)
    if ((const char *)g->products[q].b < (const char *)g->base) g->base = g->products[q].b;
  for (long q = 0; q < g->sumCount; q++)
    if ((const char *)g->sums[q].base < (const char *)g->base) g->base = g->sums[q].base;
  for (long q = 0; q < g->sumCount; q++) include_columns(g, g->sums[q].base, g->sums[q].precision, g->sums[q].columns);
  for (long q = 0; q < g->productCount; q++) {
    const dpt_outer_product *p = g->products + q;
    include_columns(g, p->b, p->bPrecision, p->n);
    const long from = values_between(g->base, p->b, p->bPrecision), to = from + p->n;
    gradient_source *source = g->sources, *end = g->sources + g->sourceCount;
    while (source < end && source->a != p->a) source++;
    if (source == end) {
      if (g->sourceCount++ == DPT_MOST_SOURCES) return false;
      *source = (gradient_source){
          .precision = p->aPrecision, .a = p->a, .stride = p->aStride, .outer = p->aOuter, .m = p->m, .from = from, .to = to};
    }
    if (from < source->from) source->from = from;
    if (to > source->to) source->to = to;
  }
  return true;
}

static void weight_gradient(const dpt_outer_product *p, const dpt_shard_program *s) {
#if !DPT_ROUNDED
  const size_t wanted = weight_gradient_scratch(p->precision, p->m, p->n, s->shards);
  if (wanted == 0 || p->scratchCount < wanted) return gradient_in_tiles(p, s);
#endif
  if (has_few_rows(p, s)) {
    gradient_of_few_rows(p, s);
  } else {
    gradient_block g = {.products = p, .productCount = 1};
    join_products(&g);
    gradients_in_blocks(&g, s, p->scratch);
  }
}

// Whether products run together: if they are large, and there is memory for it.
static bool runs_together(gradient_block *g, const dpt_shard_program *s) {
  const dpt_outer_product *p = g->products;
  for (long q = 1; q < g->productCount; q++)
    if (g->products[q].bPrecision != p->bPrecision) return false;
  if (has_few_rows(p, s) || !join_products(g)) return false;
  long tiles = 0, results = 0;
  for (long i = 0; i < g->sourceCount; i++) tiles += tiles_of(g->sources[i].m);
  for (long q = 0; q < g->productCount; q++) results += g->products[q].m * g->products[q].n;
  return (DPT_ROUNDED || results >= DPT_BLOCKED_FROM) && p->scratchCount >= gradient_block_scratch(tiles, g->columns, s->shards);
}

static void weight_gradients(const dpt_outer_product *products, long productCount, const dpt_row_sums *sums, long sumCount,
                             const dpt_shard_program *s) {
  gradient_block g = {.products = products, .productCount = productCount, .sums = sums, .sumCount = sumCount};
  if (runs_together(&g, s)) return gradients_in_blocks(&g, s, products->scratch);
  for (long q = 0; q < productCount; q++) weight_gradient(products + q, s);
  for (long q = 0; q < sumCount; q++) sum_rows(sums + q, s);
}

#endif
