// Layer normalization: each row over its columns. Sums run in sixteen lanes, which are added in ascending order.
#ifndef DPT_LAYER_NORM_H
#define DPT_LAYER_NORM_H

#include "values.h"

static void layer_norm(const dpt_row_pass *r, const dpt_row_norm *p) {
  const v16 count = splat((float)r->columns);
  for (long i = 0; i < r->rows; i++) {
    const element *x = (const element *)r->x + i * r->xStride;
    element *y = (element *)r->y + i * r->yStride;
    v16 sums = splat(0.0f);
    for (long k = 0; k < r->columns; k += DPT_LANES) sums += load_some(x + k, r->columns - k);
    const v16 mean = splat(sum_of_lanes(sums)) / count;
    v16 squares = splat(0.0f);
    for (long k = 0; k < r->columns; k += DPT_LANES) {
      const long valid = r->columns - k;
      v16 d = first_lanes(load_some(x + k, valid) - mean, valid);
      squares = fma16(d, d, squares);
    }
    const v16 deviation = sqrt16(splat(sum_of_lanes(squares)) / count + splat(p->epsilon));
    const v16 inverse = splat(1.0f) / deviation;
    p->statistics[2 * i] = mean[0];
    p->statistics[2 * i + 1] = inverse[0];
    for (long k = 0; k < r->columns; k += DPT_LANES) {
      v16 normal = (load_some(x + k, r->columns - k) - mean) * inverse;
      store(y + k, fma16(normal, load(p->weight + k), load(p->bias + k)));
    }
  }
}

// With n = (x − mean) / deviation and h = g ⊙ weight: dx = (h − mean h − n mean(h ⊙ n)) / deviation; scaled = g ⊙ n.
static void layer_norm_gradient(const dpt_row_pass *r, const dpt_row_norm *p, float *scaled, long scaledStride) {
  const v16 count = splat((float)r->columns);
  for (long i = 0; i < r->rows; i++) {
    const element *x = (const element *)r->x + i * r->xStride, *g = (const element *)r->g + i * r->gStride;
    const v16 mean = splat(p->statistics[2 * i]), inverse = splat(p->statistics[2 * i + 1]);
    float *products = scaled + i * scaledStride;
    v16 sums = splat(0.0f), sumsOfProducts = splat(0.0f);
    for (long k = 0; k < r->columns; k += DPT_LANES) {
      const long valid = r->columns - k;
      v16 gradient = load_some(g + k, valid), weight = first_lanes(load(p->weight + k), valid);
      v16 product = gradient * ((load_some(x + k, valid) - mean) * inverse);
      store(products + k, product);
      sums = fma16(gradient, weight, sums);
      sumsOfProducts = fma16(product, weight, sumsOfProducts);
    }
    if (!r->y) continue;
    element *dx = (element *)r->y + i * r->yStride;
    const v16 first = splat(sum_of_lanes(sums)) / count, second = splat(sum_of_lanes(sumsOfProducts)) / count;
    for (long k = 0; k < r->columns; k += DPT_LANES) {
      const long valid = r->columns - k;
      v16 normal = (load_some(x + k, valid) - mean) * inverse;
      v16 h = fma16(load_some(g + k, valid), load(p->weight + k), -first);
      store(dx + k, fma16(-normal, second, h) * inverse);
    }
  }
}

#endif
