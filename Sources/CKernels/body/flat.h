// Elementwise passes over flat vectors: sums, scaling and norms.
#ifndef DPT_FLAT_H
#define DPT_FLAT_H

#include "vector.h"

static void divide(const float *x, float *quotient, long n, float divisor) {
  for (long i = 0; i < n; i += DPT_LANES) store_some(quotient + i, load_some(x + i, n - i) / splat(divisor), n - i);
}

static void scale(float *x, long n, float factor) {
  for (long i = 0; i < n; i += DPT_LANES) store_some(x + i, load_some(x + i, n - i) * splat(factor), n - i);
}

static double sum_of_squares(const float *x, long n) {
  double total = 0;
  for (long block = 0; block < n; block += 1024) {
    const long end = n - block < 1024 ? n : block + 1024;
    v16 sum = splat(0.0f);
    for (long i = block; i < end; i += DPT_LANES) {
      v16 v = load_some(x + i, end - i);
      sum = fma16(v, v, sum);
    }
    // Each block has its own sum, so that blocks can be summed separately.
    double blockTotal = 0;
    for (int l = 0; l < DPT_LANES; l++) blockTotal += (double)sum[l];
    total += blockTotal;
  }
  return total;
}

// Whole groups come first; they need no masks.
static void add(const float *x, const float *y, float *sum, long n) {
  long i = 0;
  for (; i + DPT_LANES <= n; i += DPT_LANES) store(sum + i, load(x + i) + load(y + i));
  if (i < n) store_some(sum + i, load_some(x + i, n - i) + load_some(y + i, n - i), n - i);
}

static void add_scaled(float *x, const float *y, long n, float factor) {
  for (long i = 0; i < n; i += DPT_LANES)
    store_some(x + i, fma16(splat(factor), load_some(y + i, n - i), load_some(x + i, n - i)), n - i);
}

static void approach(float *x, const float *y, long n, float share) {
  for (long i = 0; i < n; i += DPT_LANES) {
    v16 from = load_some(x + i, n - i), to = load_some(y + i, n - i);
    // Start from the nearer end, so that the shares 0 and 1 are exact.
    v16 value = share < 0.5f ? fma16(splat(share), to - from, from) : fma16(splat(share - 1.0f), to - from, to);
    store_some(x + i, value, n - i);
  }
}

static void clamp(float *x, long n, float limit) {
  for (long i = 0; i < n; i += DPT_LANES) {
    v16 v = load_some(x + i, n - i);
    v = choose(v > splat(limit), splat(limit), v);
    store_some(x + i, choose(v < splat(-limit), splat(-limit), v), n - i);
  }
}

#endif
