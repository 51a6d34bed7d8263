// Softmax of rows, and its logarithm. Sums over up to 256 columns are one ascending chain. Longer sums run in sixteen
// lanes, which are added in ascending order, since one chain of additions would take longer than the exponentials.
#ifndef DPT_SOFTMAX_H
#define DPT_SOFTMAX_H

#include "elementary.h"
#include "values.h"

// Up to this many columns a sum is one chain.
#define DPT_CHAIN_COLUMNS 256
// Up to this many columns exponentials are kept as floats until they are divided by their sum.
#define DPT_KEPT_COLUMNS 1024

// The largest value. NaNs are skipped, except that a NaN in the first place is the result. Four groups at a time, so
// that their comparisons overlap.
#define DPT_LARGEST(TYPE)                                                \
  DPT_OVERLOADED float largest(const TYPE *z, long n) {                  \
    float m = get(z);                                                    \
    long k = 0;                                                          \
    if (n >= 4 * DPT_LANES) {                                            \
      v16 a = splat(m), b = a, c = a, d = a;                             \
      for (; k + 4 * DPT_LANES <= n; k += 4 * DPT_LANES) {               \
        a = larger(load(z + k), a);                                      \
        b = larger(load(z + k + DPT_LANES), b);                          \
        c = larger(load(z + k + 2 * DPT_LANES), c);                      \
        d = larger(load(z + k + 3 * DPT_LANES), d);                      \
      }                                                                  \
      const v16 most = larger(larger(a, b), larger(c, d));               \
      for (int l = 0; l < DPT_LANES; l++) m = most[l] > m ? most[l] : m; \
    }                                                                    \
    for (; k < n; k++) m = get(z + k) > m ? get(z + k) : m;              \
    return m;                                                            \
  }
DPT_LARGEST(float)
DPT_LARGEST(bfloat16)
#undef DPT_LARGEST

// The index of the first m; the last index if m is NaN.
DPT_INLINE long place_of(float m, const float *z, long n) {
  long k = 0;
  while (k + DPT_LANES < n && !__builtin_reduce_or(load(z + k) == splat(m))) k += DPT_LANES;
  while (k < n - 1 && z[k] != m) k++;
  return k;
}

// exp(z − m) in the first lanes, then zeros.
DPT_INLINE v16 exponentials(v16 z, float m, long valid) { return first_lanes(exp16(z - splat(m)), valid); }

// Σ exp(z − m). Writes the exponentials to `out` unless it is NULL, and zeros to its padding.
#define DPT_SUM_OF_EXPONENTIALS(TYPE)                                                    \
  DPT_OVERLOADED float sum_of_exponentials(const TYPE *z, long n, float m, float *out) { \
    float sum = 0;                                                                       \
    v16 sums = splat(0.0f);                                                              \
    for (long k = 0; k < n; k += DPT_LANES) {                                            \
      const long valid = n - k < DPT_LANES ? n - k : DPT_LANES;                          \
      const v16 powers = exponentials(load_some(z + k, valid), m, valid);                \
      if (out) store(out + k, powers);                                                   \
      if (n > DPT_CHAIN_COLUMNS) {                                                       \
        sums += powers;                                                                  \
      } else {                                                                           \
        float lanes[DPT_LANES];                                                          \
        store(lanes, powers);                                                            \
        for (long l = 0; l < valid; l++) sum += lanes[l];                                \
      }                                                                                  \
    }                                                                                    \
    return n > DPT_CHAIN_COLUMNS ? sum_of_lanes(sums) : sum;                             \
  }
DPT_SUM_OF_EXPONENTIALS(float)
DPT_SUM_OF_EXPONENTIALS(bfloat16)
#undef DPT_SUM_OF_EXPONENTIALS

// Exponentials wait in y for their sum. Where y is rounded they wait elsewhere, or, if a row is long, are made again.
static void softmax(const dpt_row_pass *r) {
#if DPT_ROUNDED
  float kept[DPT_KEPT_COLUMNS];
  const bool keeps = r->columns <= DPT_KEPT_COLUMNS;
#endif
  for (long i = 0; i < r->rows; i++) {
    const element *x = (const element *)r->x + i * r->xStride;
    element *y = (element *)r->y + i * r->yStride;
    const float m = largest(x, r->columns);
#if DPT_ROUNDED
    const v16 sum = splat(sum_of_exponentials(x, r->columns, m, keeps ? kept : NULL));
    for (long k = 0; k < r->columns; k += DPT_LANES)
      store(y + k, (keeps ? load(kept + k) : exponentials(load_some(x + k, r->columns - k), m, r->columns - k)) / sum);
#else
    const v16 sum = splat(sum_of_exponentials(x, r->columns, m, y));
    for (long k = 0; k < r->columns; k += DPT_LANES) store(y + k, load(y + k) / sum);
#endif
  }
}

static void softmax_gradient(const dpt_row_pass *r) {
  for (long i = 0; i < r->rows; i++) {
    const element *p = (const element *)r->x + i * r->xStride, *g = (const element *)r->g + i * r->gStride;
    element *dx = (element *)r->y + i * r->yStride;
    v16 sums = splat(0.0f);
    for (long k = 0; k < r->columns; k += DPT_LANES)
      sums = fma16(load_some(p + k, r->columns - k), load_some(g + k, r->columns - k), sums);
    const v16 mean = splat(sum_of_lanes(sums));
    for (long k = 0; k < r->columns; k += DPT_LANES) {
      const long valid = r->columns - k;
      store(dx + k, load_some(p + k, valid) * (load_some(g + k, valid) - mean));
    }
  }
}

static void log_softmax(const dpt_row_pass *r) {
  for (long i = 0; i < r->rows; i++) {
    const element *x = (const element *)r->x + i * r->xStride;
    element *y = (element *)r->y + i * r->yStride;
    const float m = largest(x, r->columns);
    const v16 logSum = log16(splat(sum_of_exponentials(x, r->columns, m, NULL)));
    for (long k = 0; k < r->columns; k += DPT_LANES)
      store(y + k, load_some(x + k, r->columns - k) - splat(m) - logSum);
  }
}

static void log_softmax_gradient(const dpt_row_pass *r) {
  for (long i = 0; i < r->rows; i++) {
    const element *y = (const element *)r->x + i * r->xStride, *g = (const element *)r->g + i * r->gStride;
    element *dx = (element *)r->y + i * r->yStride;
    v16 sums = splat(0.0f);
    for (long k = 0; k < r->columns; k += DPT_LANES) sums += load_some(g + k, r->columns - k);
    const v16 sum = splat(sum_of_lanes(sums));
    for (long k = 0; k < r->columns; k += DPT_LANES) {
      const long valid = r->columns - k;
      store(dx + k, fma16(-exp16(load_some(y + k, valid)), sum, load_some(g + k, valid)));
    }
  }
}

#endif
