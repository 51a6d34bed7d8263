// Normalization of each row by the root of the mean of its squares. Sums run in sixteen lanes, which are added in ascending
// order.
#ifndef DPT_RMS_NORM_H
#define DPT_RMS_NORM_H

#include "values.h"

static void rms_norm(const dpt_row_pass *r, const dpt_row_norm *p) {
  const v16 count = splat((float)r->columns);
  for (long i = 0; i < r->rows; i++) {
    const element *x = (const element *)r->x + i * r->xStride;
    element *y = (element *)r->y + i * r->yStride;
    v16 squares = splat(0.0f);
    for (long k = 0; k < r->columns; k += DPT_LANES) {
      const v16 value = load_some(x + k, r->columns - k);
      squares = fma16(value, value, squares);
    }
    const v16 inverse = splat(1.0f) / sqrt16(splat(sum_of_lanes(squares)) / count + splat(p->epsilon));
    p->statistics[i] = inverse[0];
    for (long k = 0; k < r->columns; k += DPT_LANES)
      store(y + k, load_some(x + k, r->columns - k) * inverse * load(p->weight + k));
  }
}

// With n = x / root and h = g ⊙ weight: dx = (h − n mean(h ⊙ n)) / root; scaled = g ⊙ n.
static void rms_norm_gradient(const dpt_row_pass *r, const dpt_row_norm *p, float *scaled, long scaledStride) {
  const v16 count = splat((float)r->columns);
  for (long i = 0; i < r->rows; i++) {
    const element *x = (const element *)r->x + i * r->xStride, *g = (const element *)r->g + i * r->gStride;
    const v16 inverse = splat(p->statistics[i]);
    float *products = scaled + i * scaledStride;
    v16 sums = splat(0.0f);
    for (long k = 0; k < r->columns; k += DPT_LANES) {
      const long valid = r->columns - k;
      const v16 product = load_some(g + k, valid) * (load_some(x + k, valid) * inverse);
      store(products + k, product);
      sums = fma16(product, first_lanes(load(p->weight + k), valid), sums);
    }
    if (!r->y) continue;
    element *dx = (element *)r->y + i * r->yStride;
    const v16 mean = splat(sum_of_lanes(sums)) / count;
    for (long k = 0; k < r->columns; k += DPT_LANES) {
      const long valid = r->columns - k;
      const v16 h = load_some(g + k, valid) * load(p->weight + k);
      store(dx + k, fma16(load_some(x + k, valid) * -inverse, mean, h) * inverse);
    }
  }
}

#endif
