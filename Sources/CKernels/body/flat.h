// Elementwise passes over flat vectors: sums, scaling, the ReLU and norms.
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

// result = operation(x, y). Whole groups come first; they need no masks.
DPT_INLINE void combine(v16 (*operation)(v16, v16), const float *x, const float *y, float *result, long n) {
  long i = 0;
  for (; i + DPT_LANES <= n; i += DPT_LANES) store(result + i, operation(load(x + i), load(y + i)));
  if (i < n) store_some(result + i, operation(load_some(x + i, n - i), load_some(y + i, n - i)), n - i);
}

DPT_INLINE v16 sum16(v16 x, v16 y) { return x + y; }
DPT_INLINE v16 relu_sum16(v16 x, v16 y) { return choose(x + y < splat(0.0f), splat(0.0f), x + y); }
DPT_INLINE v16 relu_back16(v16 y, v16 dy) { return choose(y > splat(0.0f), dy, splat(0.0f)); }

static void add(const float *x, const float *y, float *sum, long n) { combine(sum16, x, y, sum, n); }
static void add_relu(const float *x, const float *y, float *sum, long n) { combine(relu_sum16, x, y, sum, n); }
static void relu_back(const float *y, float *dy, long n) { combine(relu_back16, y, dy, dy, n); }

static void relu_back_twice(const float *y, float *dy, float *copy, long n) {
  for (long i = 0; i < n; i += DPT_LANES) {
    const v16 gradient = relu_back16(load_some(y + i, n - i), load_some(dy + i, n - i));
    store_some(dy + i, gradient, n - i);
    store_some(copy + i, gradient, n - i);
  }
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
