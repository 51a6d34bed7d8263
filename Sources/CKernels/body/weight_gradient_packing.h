// Rows of products of weight gradients, packed in chunks so that they are read in order.
#ifndef DPT_WEIGHT_GRADIENT_PACKING_H
#define DPT_WEIGHT_GRADIENT_PACKING_H

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

#endif
