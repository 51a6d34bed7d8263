// Elementwise passes over flat vectors of activations: sums and the ReLU; and rows of floats as values, and back.
#ifndef DPT_FLAT_VALUES_H
#define DPT_FLAT_VALUES_H

#include "values.h"

// result = operation(x, y). Whole groups come first; they need no masks.
DPT_INLINE void combine_values(v16 (*operation)(v16, v16), const element *x, const element *y, element *result,
                               long n) {
  long i = 0;
  for (; i + DPT_LANES <= n; i += DPT_LANES) store(result + i, operation(load(x + i), load(y + i)));
  if (i < n) store_some(result + i, operation(load_some(x + i, n - i), load_some(y + i, n - i)), n - i);
}

DPT_INLINE v16 sum16(v16 x, v16 y) { return x + y; }
DPT_INLINE v16 relu_sum16(v16 x, v16 y) { return choose(x + y < splat(0.0f), splat(0.0f), x + y); }
DPT_INLINE v16 relu_back16(v16 y, v16 dy) { return choose(y > splat(0.0f), dy, splat(0.0f)); }

static void add_values(dpt_precision precision, const void *x, const void *y, void *sum, long n, bool relu) {
  (void)precision;
  if (relu) combine_values(relu_sum16, x, y, sum, n);
  else combine_values(sum16, x, y, sum, n);
}

static void relu_back(dpt_precision precision, const void *outputs, void *gradients, void *copies, long n) {
  (void)precision;
  if (!copies) return combine_values(relu_back16, outputs, gradients, gradients, n);
  const element *y = outputs;
  element *dy = gradients, *copy = copies;
  for (long i = 0; i < n; i += DPT_LANES) {
    const v16 gradient = relu_back16(load_some(y + i, n - i), load_some(dy + i, n - i));
    store_some(dy + i, gradient, n - i);
    store_some(copy + i, gradient, n - i);
  }
}

static void values_of_floats(dpt_precision precision, const float *x, long xStride, void *values, long yStride,
                             long rows, long columns) {
  (void)precision;
  element *y = values;
  for (long i = 0; i < rows; i++, x += xStride, y += yStride)
    for (long k = 0; k < columns; k += DPT_LANES) store(y + k, load_some(x + k, columns - k));
}

static void floats_of_values(dpt_precision precision, const void *values, long xStride, float *y, long yStride,
                             long rows, long columns) {
  (void)precision;
  const element *x = values;
  for (long i = 0; i < rows; i++, x += xStride, y += yStride)
    for (long k = 0; k < columns; k += DPT_LANES) store(y + k, load_some(x + k, columns - k));
}

#endif
