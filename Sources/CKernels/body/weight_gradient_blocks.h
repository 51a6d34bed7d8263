// Weight gradients of large products: blocks of sums that fit into L2, from rows packed in chunks so that they are read in
// order. Products with columns of the same rows run together, so that these are read once.
#ifndef DPT_WEIGHT_GRADIENT_BLOCKS_H
#define DPT_WEIGHT_GRADIENT_BLOCKS_H

#include "row_sums.h"
#include "weight_gradient.h"
#include "weights_product.h"

#define DPT_BLOCK_ROWS 192
#define DPT_BLOCK_COLUMNS 512
#define DPT_CHUNK 64
// Rows that are prefetched before they are packed.
#define DPT_ROWS_AHEAD 8
// Floats from one tile or panel of a chunk to the next: 16 more than they have, so that they do not all map to the same
// lines of L1, and so that whole groups can be stored.
#define DPT_CHUNK_TILE (DPT_CHUNK * DPT_TILE_ROWS + DPT_LANES)
#define DPT_CHUNK_PANEL (DPT_CHUNK * DPT_LANES + DPT_LANES)
// With no more rows than two chunks have, one chunk of this size has them all.
#define DPT_FEW_ROWS (2 * DPT_CHUNK)
#define DPT_FEW_TILE (DPT_FEW_ROWS * DPT_TILE_ROWS + DPT_LANES)
#define DPT_FEW_PANEL (DPT_FEW_ROWS * DPT_LANES + DPT_LANES)
// With fewer results, tiles without blocks are as fast.
#define DPT_BLOCKED_FROM 4096
// The most matrices a of products that run together.
#define DPT_MOST_SOURCES 4

// A matrix a, and the columns of b that it is multiplied with: `from` ..< `to`. Columns i0 ..< i0 + rows of it are in the
// current block, whose sums have them in their rows from `row` on.
typedef struct {
  dpt_precision precision;
  const void *a;
  long stride, outer, m, from, to;
  long i0, rows, row;
} gradient_source;

// A place in the walk through a shard's rows.
typedef struct {
  long t, r, from, to, outer;
} row_walk;

DPT_INLINE bool has_row(const row_walk *w) { return w->t < w->outer; }
DPT_INLINE void next_row(row_walk *w) {
  if (++w->r < w->to) return;
  w->r = w->from;
  w->t++;
}

// Products and sums of columns of the same rows, and the block of the results that is being summed.
typedef struct {
  const dpt_outer_product *products;
  long productCount;
  const dpt_row_sums *sums;
  long sumCount;
  gradient_source sources[DPT_MOST_SOURCES];
  long sourceCount;
  // The rows' first column, and the number of columns.
  const void *base;
  long columns;
  // The largest block. After the sums of its tiles there is a row for the sums of b's columns.
  long mostTiles, mostColumns;
  // The current block: its columns j0 ..< j1, and its number of tiles.
  long j0, j1, tiles;
  // Two chunks with their numbers of rows, or of slots: one is added while the other, `turn`, is packed.
  float *a[2], *b[2];
  long rows[2];
  int turn;
  // The next row to be packed, and the next to be prefetched.
  row_walk walk, ahead;
} gradient_block;

DPT_INLINE long tiles_of(long m) { return (m + DPT_TILE_ROWS - 1) / DPT_TILE_ROWS; }
// Columns of a block if n are cut into blocks of nearly equal width, in pairs of panels.
DPT_INLINE long block_columns(long n) {
  const long pair = 2 * DPT_LANES;
  return (tile_height(n, DPT_BLOCK_COLUMNS) + pair - 1) / pair * pair;
}
DPT_INLINE long block_tiles(long tiles) { return tile_height(tiles, DPT_BLOCK_ROWS / DPT_TILE_ROWS); }
DPT_INLINE size_t block_sums(long tiles, long columns) { return (size_t)((tiles * DPT_TILE_ROWS + 1) * columns); }
// Floats of a packed chunk.
DPT_INLINE size_t packed_rows(long tiles) { return (size_t)(tiles * DPT_CHUNK_TILE); }
DPT_INLINE size_t packed_columns(long columns) { return (size_t)(columns / DPT_LANES * DPT_CHUNK_PANEL); }

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

// The value `offset` values behind another.
DPT_INLINE const void *value_at(const void *base, dpt_precision precision, long offset) {
  return precision == DPT_IN_FLOAT32 ? (const void *)((const float *)base + offset) : (const element *)base + offset;
}
// The number of values from one to another.
DPT_INLINE long values_between(const void *from, const void *to, dpt_precision precision) {
  return precision == DPT_IN_FLOAT32 ? (const float *)to - (const float *)from : (const element *)to - (const element *)from;
}
DPT_INLINE v16 load_value(const void *at, dpt_precision precision) {
  return precision == DPT_IN_FLOAT32 ? load((const float *)at) : load((const element *)at);
}

// What is packed of sixteen columns of a row, and of the next one if that goes into the same slot.
#if DPT_PAIRED
DPT_INLINE h16 halves_of_value(const void *at, dpt_precision precision) {
  return precision == DPT_IN_FLOAT32 ? rounded_halves(load((const float *)at)) : halves_at(at);
}
#define DPT_SLOT_OF(ROW, NEXT, PRECISION, OFFSET, NO_PARTNER)                                                 \
  paired(halves_of_value(value_at(ROW, PRECISION, OFFSET), PRECISION),                                        \
         NEXT ? halves_of_value(value_at(NEXT, PRECISION, OFFSET), PRECISION) : (NO_PARTNER))
#elif DPT_ROUNDED
// Values in memory are rounded already; only floats need it.
DPT_INLINE v16 rounded_value(const void *at, dpt_precision precision) {
  return precision == DPT_IN_FLOAT32 ? floats_of_halves(rounded_halves(load((const float *)at))) : load((const element *)at);
}
#define DPT_SLOT_OF(ROW, NEXT, PRECISION, OFFSET, NO_PARTNER) rounded_value(value_at(ROW, PRECISION, OFFSET), PRECISION)
#else
#define DPT_SLOT_OF(ROW, NEXT, PRECISION, OFFSET, NO_PARTNER) load((const float *)(ROW) + (OFFSET))
#endif

// Packs m columns of a row of a, and of the next one; tiles are `step` floats apart.
DPT_INLINE void pack_columns(const void *a, const void *next, dpt_precision precision, long m, float *tile, long step) {
  (void)next, (void)precision;
  // Whole groups are stored; the floats after a tile's rows are overwritten by the next row or never read.
  for (long i = 0; i < m; i += DPT_TILE_ROWS, tile += step)
    store(tile, DPT_SLOT_OF(a, next, precision, i, (h16)(uint16_t)0));
}

// Prefetches a row that is packed some rows later.
DPT_INLINE void prefetch_row(gradient_block *g) {
  if (!has_row(&g->ahead)) return;
  const dpt_outer_product *p = g->products;
  const void *b = value_at(g->base, p->bPrecision, g->ahead.t * p->bOuter + g->ahead.r * p->bStride);
  for (long j = g->j0; j < g->j1; j += DPT_LANES) fetch_ahead(value_at(b, p->bPrecision, j));
  for (long s = 0; s < g->sourceCount; s++) {
    const gradient_source *source = g->sources + s;
    const void *a = value_at(source->a, source->precision,
                             g->ahead.t * source->outer + g->ahead.r * source->stride + source->i0);
    for (long i = 0; i < source->rows; i += DPT_LANES) fetch_ahead(value_at(a, source->precision, i));
  }
  next_row(&g->ahead);
}

// A row of a matrix at a place in the walk.
DPT_INLINE const void *row_at(const void *base, dpt_precision precision, long outer, long stride, const row_walk *w) {
  return value_at(base, precision, w->t * outer + w->r * stride);
}

// Packs a row, or two where they share their slots, and adds b's columns to `sums` unless that is NULL.
static __attribute__((noinline)) void pack_row(gradient_block *g, float *sums) {
  prefetch_row(g);
  if (DPT_PAIRED) prefetch_row(g);
  const dpt_outer_product *p = g->products;
  const row_walk w = g->walk;
  next_row(&g->walk);
  const row_walk after = g->walk;
  const bool hasNext = DPT_PAIRED && has_row(&after);
  const long k = g->rows[g->turn]++;
  for (long s = 0; s < g->sourceCount; s++) {
    const gradient_source *source = g->sources + s;
    const void *base = value_at(source->a, source->precision, source->i0);
    pack_columns(row_at(base, source->precision, source->outer, source->stride, &w),
                 hasNext ? row_at(base, source->precision, source->outer, source->stride, &after) : NULL,
                 source->precision, source->rows,
                 g->a[g->turn] + source->row / DPT_TILE_ROWS * DPT_CHUNK_TILE + k * DPT_TILE_ROWS, DPT_CHUNK_TILE);
  }
  const void *first = value_at(g->base, p->bPrecision, g->j0);
  const void *b = row_at(first, p->bPrecision, p->bOuter, p->bStride, &w);
  const void *next = hasNext ? row_at(first, p->bPrecision, p->bOuter, p->bStride, &after) : NULL;
  (void)next;
  float *panel = g->b[g->turn] + k * DPT_LANES;
  const long columns = g->j1 - g->j0;
  for (long j = 0; j < columns; j += DPT_LANES, panel += DPT_CHUNK_PANEL) {
    store(panel, DPT_SLOT_OF(b, next, p->bPrecision, j, DPT_NO_PARTNER));
    if (!sums) continue;
    v16 sum = load(sums + j) + load_value(value_at(b, p->bPrecision, j), p->bPrecision);
    if (hasNext) sum += load_value(value_at(next, p->bPrecision, j), p->bPrecision);
    store(sums + j, sum);
  }
  if (hasNext) next_row(&g->walk);
}

// Packs up to `most` rows.
DPT_INLINE void pack_rows(gradient_block *g, long most, float *sums) {
  for (; most > 0 && has_row(&g->walk) && g->rows[g->turn] < DPT_CHUNK; most--) pack_row(g, sums);
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

DPT_INLINE bool has_few_rows(const dpt_outer_product *p, const dpt_shard_program *s) {
  return p->outer * p->positions * (s->rowStart[s->shards] - s->rowStart[0]) <= DPT_FEW_ROWS;
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
