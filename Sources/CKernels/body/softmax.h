// Softmax of rows, and its logarithm. Sums over up to 256 columns are one ascending chain. Longer sums run in sixteen lanes, which are added in
// ascending order, since one chain of additions would take longer than the exponentials.
#ifndef DPT_SOFTMAX_H
#define DPT_SOFTMAX_H

#include "elementary.h"

// Up to this many columns a sum is one chain.
#define DPT_CHAIN_COLUMNS 256

// The largest value. NaNs are skipped, except that a NaN in the first place is the result.
DPT_INLINE float largest(const float *z, long n) {
  float m = z[0];
  long k = 0;
  if (n >= 4 * DPT_LANES) {
    // Four groups at a time, so that their comparisons overlap.
    v16 a = splat(m), b = a, c = a, d = a;
    for (; k + 4 * DPT_LANES <= n; k += 4 * DPT_LANES) {
      a = larger(load(z + k), a);
      b = larger(load(z + k + DPT_LANES), b);
      c = larger(load(z + k + 2 * DPT_LANES), c);
      d = larger(load(z + k + 3 * DPT_LANES), d);
    }
    const v16 most = larger(larger(a, b), larger(c, d));
    for (int l = 0; l < DPT_LANES; l++) m = most[l] > m ? most[l] : m;
  }
  for (; k < n; k++) m = z[k] > m ? z[k] : m;
  return m;
}

// The index of the first m; the last index if m is NaN.
DPT_INLINE long place_of(float m, const float *z, long n) {
  long k = 0;
  while (k + DPT_LANES < n && !__builtin_reduce_or(load(z + k) == splat(m))) k += DPT_LANES;
  while (k < n - 1 && z[k] != m) k++;
  return k;
}

// Σ exp(z − m). Writes the exponentials to `out` unless it is NULL, and zeros to its padding.
DPT_INLINE float sum_of_exponentials(const float *z, long n, float m, float *out) {
  float sum = 0;
  v16 sums = splat(0.0f);
  for (long k = 0; k < n; k += DPT_LANES) {
    const long valid = n - k < DPT_LANES ? n - k : DPT_LANES;
    const v16 powers = first_lanes(exp16(load_some(z + k, valid) - splat(m)), valid);
    if (out) store(out + k, powers);
    if (n > DPT_CHAIN_COLUMNS) {
      sums += powers;
    } else {
      float lanes[DPT_LANES];
      store(lanes, powers);
      for (long l = 0; l < valid; l++) sum += lanes[l];
    }
  }
  return n > DPT_CHAIN_COLUMNS ? sum_of_lanes(sums) : sum;
}

static void softmax(const dpt_row_pass *r) {
  for (long i = 0; i < r->rows; i++) {
    const float *x = r->x + i * r->xStride;
    float *y = r->y + i * r->yStride;
    const v16 sum = splat(sum_of_exponentials(x, r->columns, largest(x, r->columns), y));
    for (long k = 0; k < r->columns; k += DPT_LANES) store(y + k, load(y + k) / sum);
  }
}

static void softmax_gradient(const dpt_row_pass *r) {
  for (long i = 0; i < r->rows; i++) {
    const float *p = r->x + i * r->xStride, *g = r->g + i * r->gStride;
    float *dx = r->y + i * r->yStride;
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
    const float *x = r->x + i * r->xStride;
    const float m = largest(x, r->columns);
    const v16 logSum = log16(splat(sum_of_exponentials(x, r->columns, m, NULL)));
    for (long k = 0; k < r->columns; k += DPT_LANES)
      store(r->y + i * r->yStride + k, load_some(x + k, r->columns - k) - splat(m) - logSum);
  }
}

static void log_softmax_gradient(const dpt_row_pass *r) {
  for (long i = 0; i < r->rows; i++) {
    const float *y = r->x + i * r->xStride, *g = r->g + i * r->gStride;
    v16 sums = splat(0.0f);
    for (long k = 0; k < r->columns; k += DPT_LANES) sums += load_some(g + k, r->columns - k);
    const v16 sum = splat(sum_of_lanes(sums));
    for (long k = 0; k < r->columns; k += DPT_LANES) {
      const long valid = r->columns - k;
      store(r->y + i * r->yStride + k, fma16(-exp16(load_some(y + k, valid)), sum, load_some(g + k, valid)));
    }
  }
}

#endif
