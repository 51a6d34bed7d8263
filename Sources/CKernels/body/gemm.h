// The micro-kernels: a tile of up to DPT_TILE_ROWS × (DPT_TILE_PANELS · 16) outputs in registers.
#ifndef DPT_GEMM_H
#define DPT_GEMM_H

#include "product_rules.h"

// Rows of one tile when `rows` rows are cut into tiles of nearly equal height.
DPT_INLINE long tile_height(long rows, long limit) {
  long tiles = (rows + limit - 1) / limit;
  return tiles > 0 ? (rows + tiles - 1) / tiles : 0;
}

// Memory that is needed after a product: each of its tiles prefetches a share of it into L2.
#define DPT_STRETCHES 4
typedef struct {
  const float *from[DPT_STRETCHES];
  long floats[DPT_STRETCHES];
  int count, next;
  // The most floats that one tile prefetches.
  long share;
} prefetch_list;

DPT_INLINE void add_stretch(prefetch_list *list, const float *from, long floats) {
  list->from[list->count] = from;
  list->floats[list->count++] = floats;
}

DPT_INLINE void add_values_stretch(prefetch_list *list, const element *from, long values) {
  add_stretch(list, (const float *)from, values * (long)sizeof(element) / (long)sizeof(float));
}

// Divides the list among `tiles` tiles. A tile prefetches of one stretch only, so shares are larger than equal ones.
DPT_INLINE void share_among(prefetch_list *list, long tiles) {
  long floats = 0;
  for (int i = 0; i < list->count; i++) floats += list->floats[i];
  list->share = floats * 4 / (3 * tiles) + DPT_LANES;
}

// What one tile prefetches: an address for each k, `step` bytes after the one before.
typedef struct {
  const char *at;
  long step;
} tile_prefetch;

// The next share, for a tile with `inner` values of k. Without one the tile prefetches `own`, which it reads anyway.
DPT_INLINE tile_prefetch next_share(prefetch_list *list, const float *own, long inner) {
  if (!list || list->next == list->count || inner == 0) return (tile_prefetch){(const char *)own, 0};
  const float **from = &list->from[list->next];
  long *rest = &list->floats[list->next];
  const long floats = *rest < list->share ? *rest : list->share;
  const tile_prefetch result = {(const char *)*from, (floats * (long)sizeof(float) + inner - 1) / inner};
  *from += floats;
  *rest -= floats;
  if (*rest == 0) list->next++;
  return result;
}

DPT_INLINE void prefetch_next(tile_prefetch *prefetch) {
  __builtin_prefetch(prefetch->at, 0, 2);
  prefetch->at += prefetch->step;
}

// C = start + A · B, of slots.
typedef struct {
  product_rule rule;
  // Rows of A: `segments` segments of `segmentLength` slots.
  const float *a;
  long aStride;
  long segments, segmentLength, segmentStride;
  // B in panels, inner length segments · segmentLength.
  const float *b;
  // A second product that continues every element's chain, inner length `inner2`, as A and B; NULL if there is none.
  const float *a2;
  long a2Stride, inner2;
  const float *b2;
  const float *bias;
  // Floats, or with `rounds` values.
  void *c;
  bool rounds;
  long cStride;
  long rows, columns;
  dpt_start start;
} slot_product;

// Sixteen values of C.
DPT_INLINE v16 load_result(const slot_product *p, long at) {
  return DPT_ROUNDED && p->rounds ? load((const element *)p->c + at) : load((const float *)p->c + at);
}
DPT_INLINE void store_result(const slot_product *p, long at, v16 x) {
  if (DPT_ROUNDED && p->rounds) store((element *)p->c + at, x);
  else store((float *)p->c + at, x);
}

// `rule`, `mr` and `np` are constants at every call, so the accumulators stay in registers.
DPT_INLINE void sum_product_tile(product_rule rule, bool isCareful, int mr, int np, const slot_product *p, long row,
                                 long panel, tile_prefetch prefetch, v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS]) {
  const long inner = p->segments * p->segmentLength;
  const float *b0 = p->b + panel * inner * DPT_LANES;
  const float *b1 = b0 + (np > 1 ? inner * DPT_LANES : 0);
  const long c = row * p->cStride + panel * DPT_LANES;
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++) {
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) {
      switch (p->start) {
      case DPT_START_ZERO: acc[i][j] = splat(0.0f); break;
      case DPT_START_BIAS: acc[i][j] = load(p->bias + (panel + j) * DPT_LANES); break;
      case DPT_START_OUTPUT: acc[i][j] = load_result(p, c + i * p->cStride + j * DPT_LANES); break;
      }
    }
  }
  // One loop for both products: with two, AVX2's registers do not suffice for the sums.
  const float *a = p->a + row * p->aStride;
  long aStride = p->aStride, length = p->segmentLength;
  for (long s = 0; s < p->segments + (p->a2 ? 1 : 0); s++, a += p->segmentStride) {
    if (s == p->segments) {
      a = p->a2 + row * p->a2Stride;
      aStride = p->a2Stride;
      length = p->inner2;
      b0 = p->b2 + panel * length * DPT_LANES;
      b1 = b0 + (np > 1 ? length * DPT_LANES : 0);
    }
    for (long k = 0; k < length; k++) {
      v16 x0 = load(b0 + k * DPT_LANES);
      v16 x1 = np > 1 ? load(b1 + k * DPT_LANES) : x0;
      prefetch_next(&prefetch);
#pragma clang loop unroll(full)
      for (int i = 0; i < mr; i++) {
        v16 y = splat(a[i * aStride + k]);
        acc[i][0] = add_product(rule, isCareful, y, x0, acc[i][0]);
        if (np > 1)
          acc[i][DPT_TILE_PANELS - 1] = add_product(rule, isCareful, y, x1, acc[i][DPT_TILE_PANELS - 1]);
      }
    }
    b0 += length * DPT_LANES;
    b1 += length * DPT_LANES;
  }
}

DPT_INLINE void write_product_tile(int mr, int np, const slot_product *p, long row, long panel,
                                   v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS]) {
  const long c = row * p->cStride + panel * DPT_LANES;
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) store_result(p, c + i * p->cStride + j * DPT_LANES, acc[i][j]);
}

#if DPT_SUMS_APART

#define DPT_CASE(MR)                                                                                     \
  case MR:                                                                                               \
    sum_product_tile(DPT_OF_ROUNDED, isCareful, MR, np, p, row, panel, prefetch, sums);                  \
    memcpy(acc, sums, MR * sizeof sums[0]);                                                              \
    break;

DPT_INLINE void rounded_sums(bool isCareful, int np, const slot_product *p, long row, long height, long panel,
                             tile_prefetch prefetch, v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS]) {
  // Stays in registers.
  v16 sums[DPT_TILE_ROWS][DPT_TILE_PANELS];
  switch (height) {
    DPT_EACH_HEIGHT(DPT_CASE)
  }
}
#undef DPT_CASE

static __attribute__((noinline)) void rounded_product_sums(bool isCareful, int np, const slot_product *p, long row,
                                                           long height, long panel, tile_prefetch prefetch,
                                                           v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS]) {
  (void)isCareful, (void)np;
#if DPT_CAREFUL_SUMS
  if (isCareful) return rounded_sums(true, 1, p, row, height, panel, prefetch, acc);
#endif
#if DPT_TILE_PANELS > 1
  if (np > 1) return rounded_sums(false, 2, p, row, height, panel, prefetch, acc);
#endif
  rounded_sums(false, 1, p, row, height, panel, prefetch, acc);
}

#endif

#define DPT_CASE(MR)                                                                          \
  case MR:                                                                                    \
    if (!apart) sum_product_tile(rule, false, MR, np, p, row, panel, prefetch, acc);          \
    write_product_tile(MR, np, p, row, panel, acc);                                           \
    break;

DPT_INLINE void product_tiles(product_rule rule, int np, const slot_product *p, long row, long height, long panel,
                              prefetch_list *list) {
  const long inner = p->segments * p->segmentLength;
  const tile_prefetch prefetch =
      next_share(list, p->b + panel * inner * DPT_LANES, inner + (p->a2 ? p->inner2 : 0));
  v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS];
  const bool apart = DPT_SUMS_APART && rule == DPT_OF_ROUNDED;
#if DPT_SUMS_APART
  if (apart) DPT_MAKE_SUMS(rounded_product_sums(isCareful, np, p, row, height, panel, prefetch, acc));
#endif
  switch (height) {
    DPT_EACH_HEIGHT(DPT_CASE)
  }
}
#undef DPT_CASE

// A block of A's rows stays in L1 or L2 while the panels of B pass by.
#define DPT_PRODUCT_BLOCK (DPT_TILE_ROWS * 16)

DPT_INLINE long product_tile_count(const slot_product *p, long rows) {
  const long panels = (p->columns + DPT_LANES - 1) / DPT_LANES;
  return (rows + DPT_TILE_ROWS - 1) / DPT_TILE_ROWS * ((panels + DPT_TILE_PANELS - 1) / DPT_TILE_PANELS);
}

DPT_INLINE void multiply_rows(product_rule rule, const slot_product *p, long first, long rows, prefetch_list *list) {
  const long height = tile_height(rows, DPT_TILE_ROWS), panels = (p->columns + DPT_LANES - 1) / DPT_LANES;
  long panel = 0;
#if DPT_TILE_PANELS > 1
  for (; panel + 1 < panels; panel += 2)
    for (long i = 0; i < rows; i += height)
      product_tiles(rule, 2, p, first + i, rows - i < height ? rows - i : height, panel, list);
#endif
  for (; panel < panels; panel++)
    for (long i = 0; i < rows; i += height)
      product_tiles(rule, 1, p, first + i, rows - i < height ? rows - i : height, panel, list);
}

#if DPT_ROUNDED
DPT_SUMMING void multiply_rounded_rows(const slot_product *p, long first, long rows, prefetch_list *list) {
  multiply_rows(DPT_OF_ROUNDED, p, first, rows, list);
}
#endif

// The product of a block of rows.
static void multiply_block(const slot_product *p, long first, long rows, prefetch_list *list) {
#if DPT_ROUNDED
  if (p->rule == DPT_OF_ROUNDED) {
    DPT_SUM(multiply_rounded_rows(p, first, rows, list));
    return;
  }
#endif
  multiply_rows(DPT_OF_FLOATS, p, first, rows, list);
}

DPT_INLINE long rows_of_block(const slot_product *p, long first) {
  return p->rows - first < DPT_PRODUCT_BLOCK ? p->rows - first : DPT_PRODUCT_BLOCK;
}

// The product; its tiles prefetch what `list` has, unless it is NULL.
static void multiply_and_prefetch(const slot_product *p, prefetch_list *list) {
  if (list) share_among(list, product_tile_count(p, p->rows));
  for (long first = 0; first < p->rows; first += DPT_PRODUCT_BLOCK) multiply_block(p, first, rows_of_block(p, first), list);
}

// The product; the tiles of each block prefetch the rows of the next.
static void multiply_slots(const slot_product *p) {
  for (long first = 0; first < p->rows; first += DPT_PRODUCT_BLOCK) {
    const long rows = rows_of_block(p, first), next = first + rows;
    prefetch_list list = {0};
    if (next < p->rows) {
      add_stretch(&list, p->a + next * p->aStride, rows_of_block(p, next) * p->aStride);
      share_among(&list, product_tile_count(p, rows));
    }
    multiply_block(p, first, rows, &list);
  }
}

// What a tile of sums takes its share of: k runs over `lines` stretches of `width`; a and b move on by `aStep` and `bStep`
// floats for each k, and their stretches are `aLine` and `bLine` floats apart.
typedef struct {
  long lines, width, aStep, aLine, bStep, bLine;
  // Whether the last slot of each line counts with its first value only, where slots have pairs.
  bool hasHalf;
} tile_walk;

// sums[i][j] += Σ a[k][i] · b[k][j] for a tile of sums, `row` floats a row; b0 and b1 are b's panels. `fresh` sums begin at 0.
// Pairs lie within a line; where a slot has one, `width` counts these.
DPT_INLINE void sum_tile(product_rule rule, bool isCareful, int mr, int np, bool fresh, const tile_walk *walk,
                         const float *a, const float *b0, const float *b1, const float *sums, long row,
                         v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS]) {
  const long aStep = walk->aStep, bStep = walk->bStep;
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) acc[i][j] = fresh ? splat(0.0f) : load(sums + i * row + j * DPT_LANES);
  for (long l = 0; l < walk->lines; l++) {
    const float *line = a + l * walk->aLine, *x = b0 + l * walk->bLine, *y = b1 + l * walk->bLine;
    long left = walk->width;
#define DPT_STEP(AT, VALUE, LANES)                                                                                  \
  {                                                                                                                 \
    const float *at = line + (AT) * aStep;                                                                          \
    v16 x0 = LANES(load(x + (AT) * bStep));                                                                         \
    v16 x1 = np > 1 ? LANES(load(y + (AT) * bStep)) : x0;                                                           \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < mr; i++) {                                               \
      v16 value = splat(VALUE(at[i]));                                                                              \
      acc[i][0] = add_product(rule, isCareful, value, x0, acc[i][0]);                                               \
      if (np > 1)                                                                                                   \
        acc[i][DPT_TILE_PANELS - 1] = add_product(rule, isCareful, value, x1, acc[i][DPT_TILE_PANELS - 1]);         \
    }                                                                                                               \
  }
    if (rule == DPT_OF_ROUNDED && !DPT_PAIRED) {
      // The second of a pair is added first.
      for (; left > 1; left -= 2, line += 2 * aStep, x += 2 * bStep, y += 2 * bStep) {
        DPT_STEP(1, , )
        DPT_STEP(0, , )
      }
      if (left > 0) DPT_STEP(0, , )
    } else {
      const long half = DPT_PAIRED && walk->hasHalf ? 1 : 0;
      for (; left > half; left--, line += aStep, x += bStep, y += bStep) DPT_STEP(0, , )
#if DPT_PAIRED
      if (half) DPT_STEP(0, first_of_pair, first_of_pairs)
#endif
    }
#undef DPT_STEP
  }
}

DPT_INLINE void write_tile(int mr, int np, float *sums, long row, v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS]) {
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) store(sums + i * row + j * DPT_LANES, acc[i][j]);
}

#if DPT_SUMS_APART

#define DPT_CASE(MR)                                                                                      \
  case MR:                                                                                                \
    sum_tile(DPT_OF_ROUNDED, isCareful, MR, np, fresh, walk, a, b0, b1, sums, row, made);                 \
    memcpy(acc, made, MR * sizeof made[0]);                                                               \
    break;

DPT_INLINE void rounded_tile(bool isCareful, int np, bool fresh, long height, const tile_walk *walk, const float *a,
                             const float *b0, const float *b1, const float *sums, long row,
                             v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS]) {
  // Stays in registers.
  v16 made[DPT_TILE_ROWS][DPT_TILE_PANELS];
  switch (height) {
    DPT_EACH_HEIGHT(DPT_CASE)
  }
}
#undef DPT_CASE

static __attribute__((noinline)) void rounded_tile_sums(bool isCareful, int np, bool fresh, long height,
                                                        const tile_walk *walk, const float *a, const float *b0,
                                                        const float *b1, const float *sums, long row,
                                                        v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS]) {
  (void)isCareful, (void)np;
#if DPT_CAREFUL_SUMS
  if (isCareful) return rounded_tile(true, 1, fresh, height, walk, a, b0, b1, sums, row, acc);
#endif
#if DPT_TILE_PANELS > 1
  if (np > 1) return rounded_tile(false, 2, fresh, height, walk, a, b0, b1, sums, row, acc);
#endif
  rounded_tile(false, 1, fresh, height, walk, a, b0, b1, sums, row, acc);
}

#endif

#define DPT_CASE(MR)                                                                              \
  case MR:                                                                                        \
    if (!apart) sum_tile(rule, false, MR, np, fresh, walk, a, b0, b1, sums, row, acc);            \
    write_tile(MR, np, sums, row, acc);                                                           \
    break;

// The same for a tile of `height` rows.
DPT_INLINE void accumulate_tiles(product_rule rule, int np, bool fresh, long height, const tile_walk *walk, const float *a,
                                 const float *b0, const float *b1, float *sums, long row) {
  v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS];
  const bool apart = DPT_SUMS_APART && rule == DPT_OF_ROUNDED;
#if DPT_SUMS_APART
  if (apart) DPT_MAKE_SUMS(rounded_tile_sums(isCareful, np, fresh, height, walk, a, b0, b1, sums, row, acc));
#endif
  switch (height) {
    DPT_EACH_HEIGHT(DPT_CASE)
  }
}
#undef DPT_CASE

#endif
