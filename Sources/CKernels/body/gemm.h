// The one micro-kernel: a tile of up to DPT_TILE_ROWS × (DPT_TILE_PANELS · 16) outputs in registers.
#ifndef DPT_GEMM_H
#define DPT_GEMM_H

#include "vector.h"

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

// `mr` and `np` are constants at every call, so the accumulators stay in registers.
DPT_INLINE void product_tile(int mr, int np, const dpt_product *p, long row, long panel, tile_prefetch prefetch) {
  const long inner = p->segments * p->segmentLength;
  const float *b0 = p->b + panel * inner * DPT_LANES;
  const float *b1 = b0 + (np > 1 ? inner * DPT_LANES : 0);
  float *c = p->c + row * p->cStride + panel * DPT_LANES;
  v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS];
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++) {
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) {
      switch (p->start) {
      case DPT_START_ZERO: acc[i][j] = splat(0.0f); break;
      case DPT_START_BIAS: acc[i][j] = load(p->bias + (panel + j) * DPT_LANES); break;
      case DPT_START_OUTPUT: acc[i][j] = load(c + i * p->cStride + j * DPT_LANES); break;
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
      v16 x0 = load(b0);
      v16 x1 = np > 1 ? load(b1) : x0;
      prefetch_next(&prefetch);
#pragma clang loop unroll(full)
      for (int i = 0; i < mr; i++) {
        v16 y = splat(a[i * aStride + k]);
        acc[i][0] = fma16(y, x0, acc[i][0]);
        if (np > 1) acc[i][DPT_TILE_PANELS - 1] = fma16(y, x1, acc[i][DPT_TILE_PANELS - 1]);
      }
      b0 += DPT_LANES;
      b1 += DPT_LANES;
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) store(c + i * p->cStride + j * DPT_LANES, acc[i][j]);
}

#define DPT_CASE(MR) \
  case MR: product_tile(MR, np, p, row, panel, prefetch); break;

DPT_INLINE void product_tiles(int np, const dpt_product *p, long row, long height, long panel, prefetch_list *list) {
  const long inner = p->segments * p->segmentLength;
  const tile_prefetch prefetch =
      next_share(list, p->b + panel * inner * DPT_LANES, inner + (p->a2 ? p->inner2 : 0));
  switch (height) {
    DPT_EACH_HEIGHT(DPT_CASE)
  }
}
#undef DPT_CASE

// A block of A's rows stays in L1 or L2 while the panels of B pass by.
#define DPT_PRODUCT_BLOCK (DPT_TILE_ROWS * 16)

DPT_INLINE long product_tile_count(const dpt_product *p, long rows) {
  const long panels = (p->columns + DPT_LANES - 1) / DPT_LANES;
  return (rows + DPT_TILE_ROWS - 1) / DPT_TILE_ROWS * ((panels + DPT_TILE_PANELS - 1) / DPT_TILE_PANELS);
}

// The product of a block of rows.
static void multiply_block(const dpt_product *p, long first, long rows, prefetch_list *list) {
  const long height = tile_height(rows, DPT_TILE_ROWS), panels = (p->columns + DPT_LANES - 1) / DPT_LANES;
  long panel = 0;
#if DPT_TILE_PANELS > 1
  for (; panel + 1 < panels; panel += 2)
    for (long i = 0; i < rows; i += height)
      product_tiles(2, p, first + i, rows - i < height ? rows - i : height, panel, list);
#endif
  for (; panel < panels; panel++)
    for (long i = 0; i < rows; i += height)
      product_tiles(1, p, first + i, rows - i < height ? rows - i : height, panel, list);
}

DPT_INLINE long rows_of_block(const dpt_product *p, long first) {
  return p->rows - first < DPT_PRODUCT_BLOCK ? p->rows - first : DPT_PRODUCT_BLOCK;
}

// The product; its tiles prefetch what `list` has, unless it is NULL.
static void multiply_and_prefetch(const dpt_product *p, prefetch_list *list) {
  if (list) share_among(list, product_tile_count(p, p->rows));
  for (long first = 0; first < p->rows; first += DPT_PRODUCT_BLOCK) multiply_block(p, first, rows_of_block(p, first), list);
}

// The product; the tiles of each block prefetch the rows of the next.
static void multiply(const dpt_product *p) {
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
} tile_walk;

// sums[i][j] += Σ a[k][i] · b[k][j] for a tile of sums, `row` floats a row; b0 and b1 are b's panels. `fresh` sums begin at 0.
DPT_INLINE void accumulate_tile(int mr, int np, bool fresh, const tile_walk *walk, const float *a, const float *b0,
                                const float *b1, float *sums, long row) {
  const long aStep = walk->aStep, bStep = walk->bStep;
  v16 acc[DPT_TILE_ROWS][DPT_TILE_PANELS];
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) acc[i][j] = fresh ? splat(0.0f) : load(sums + i * row + j * DPT_LANES);
  for (long l = 0; l < walk->lines; l++) {
    const float *line = a + l * walk->aLine, *x = b0 + l * walk->bLine, *y = b1 + l * walk->bLine;
    for (long w = 0; w < walk->width; w++, line += aStep, x += bStep, y += bStep) {
      v16 x0 = load(x);
      v16 x1 = np > 1 ? load(y) : x0;
#pragma clang loop unroll(full)
      for (int i = 0; i < mr; i++) {
        v16 value = splat(line[i]);
        acc[i][0] = fma16(value, x0, acc[i][0]);
        if (np > 1) acc[i][DPT_TILE_PANELS - 1] = fma16(value, x1, acc[i][DPT_TILE_PANELS - 1]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < mr; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < np; j++) store(sums + i * row + j * DPT_LANES, acc[i][j]);
}

#define DPT_CASE(MR) \
  case MR: accumulate_tile(MR, np, fresh, walk, a, b0, b1, sums, row); break;

// The same for a tile of `height` rows.
DPT_INLINE void accumulate_tiles(int np, bool fresh, long height, const tile_walk *walk, const float *a, const float *b0,
                                 const float *b1, float *sums, long row) {
  switch (height) {
    DPT_EACH_HEIGHT(DPT_CASE)
  }
}
#undef DPT_CASE

#endif
