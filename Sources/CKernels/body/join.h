// The outputs of layers side by side, joined: concatenated, added or multiplied; and their gradients.
#ifndef DPT_JOIN_H
#define DPT_JOIN_H

#include "values.h"

// The rows of a sample: `outer` runs, `distance` rows apart, of `inner` rows each.
typedef struct {
  long first, outer, distance, inner;
} joined_rows;

DPT_INLINE joined_rows joined_rows_of(const dpt_join *p, long sample) {
  if (p->starts) return (joined_rows){p->starts[sample], 1, 0, p->starts[sample + 1] - p->starts[sample]};
  return (joined_rows){sample * p->positions, p->steps, p->batch * p->positions, p->positions};
}

DPT_INLINE v16 joined_sum(v16 a, v16 b) { return a + b; }
DPT_INLINE v16 joined_product(v16 a, v16 b) { return a * b; }

// y = operation(a, b), whole groups.
DPT_INLINE void join_rows(v16 (*operation)(v16, v16), const dpt_join *p) {
  const element *left = p->a, *right = p->b;
  element *result = p->y;
  for (long sample = 0; sample < p->batch; sample++) {
    const joined_rows rows = joined_rows_of(p, sample);
    for (long step = 0; step < rows.outer; step++)
      for (long place = 0; place < rows.inner; place++) {
        const long row = rows.first + step * rows.distance + place;
        const element *a = left + row * p->aStride, *b = right + (p->isShared ? sample : row) * p->bStride;
        element *y = result + row * p->yStride;
        for (long c = 0; c < p->columns; c += DPT_LANES)
          store(y + c, operation(load_some(a + c, p->columns - c), load_some(b + c, p->columns - c)));
      }
  }
}

static void join_add(const dpt_join *p) { join_rows(joined_sum, p); }
static void join_multiply(const dpt_join *p) { join_rows(joined_product, p); }

static void join_copy(const dpt_join *p) {
  const long rows = p->starts ? p->starts[p->batch] : p->steps * p->batch * p->positions;
  for (long row = 0; row < rows; row++) {
    const element *a = (const element *)p->a + row * p->aStride;
    element *y = (element *)p->y + row * p->yStride;
    long c = 0;
    for (; c < p->columns; c += DPT_LANES) store_some(y + c, load_some(a + c, p->columns - c), p->copied - c);
    for (; c < p->copied; c += DPT_LANES) store_some(y + c, splat(0.0f), p->copied - c);
  }
}

// Rows are added in blocks of 64, then the blocks, both in ascending order.
static void join_sums(const dpt_join *p) {
  const element *first = p->a, *second = p->b;
  element *sums = p->y;
  for (long sample = 0; sample < p->batch; sample++) {
    const joined_rows rows = joined_rows_of(p, sample);
    const long count = rows.outer * rows.inner;
    for (long c = 0; c < p->columns; c += DPT_LANES) {
      const long left = p->columns - c;
      v16 total = splat(0.0f);
      for (long block = 0; block < count; block += 64) {
        v16 sum = splat(0.0f);
        for (long k = block; k < count && k < block + 64; k++) {
          const long row = rows.first + k / rows.inner * rows.distance + k % rows.inner;
          const v16 a = load_some(first + row * p->aStride + c, left);
          sum = second ? fma16(a, load_some(second + row * p->bStride + c, left), sum) : sum + a;
        }
        total += sum;
      }
      store(sums + sample * p->yStride + c, total);
    }
  }
}

#endif
