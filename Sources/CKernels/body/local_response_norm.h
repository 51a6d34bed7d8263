// Normalization of each value by its neighbours among the channels (Krizhevsky, Sutskever & Hinton 2012). Sums over a window
// are added in ascending order of its channels.
#ifndef DPT_LOCAL_RESPONSE_NORM_H
#define DPT_LOCAL_RESPONSE_NORM_H

#include "elementary.h"
#include "values.h"

// d^beta for d > 0. The usual power, ¾, is two square roots.
DPT_INLINE v16 positive_power(v16 d, float beta) {
  if (beta == 0.75f) {
    const v16 root = sqrt16(d);
    return root * sqrt16(root);
  }
  return exp16(splat(beta) * log16(d));
}

// The sums of `size` neighbours for sixteen channels, the first of which is at `from`.
DPT_INLINE v16 sum_of_window(const float *from, long size) {
  v16 sum = load(from);
  for (long o = 1; o < size; o++) sum += load(from + o);
  return sum;
}

// k + alpha · the mean of the squares of a row's windows, to `levels`. `padded` has room for a row between two margins of
// `size` zeros.
DPT_INLINE void levels_of_row(const dpt_local_response *p, const element *x, long columns, float *padded,
                              float *levels) {
  const v16 share = splat(p->alpha / (float)p->size);
  for (long k = 0; k < columns; k += DPT_LANES) {
    const v16 value = load_some(x + k, columns - k);
    store_some(padded + p->size + k, value * value, columns - k);
  }
  // A window begins size / 2 channels before its own.
  for (long k = 0; k < columns; k += DPT_LANES)
    store(levels + k, fma16(sum_of_window(padded + p->size + k - p->size / 2, p->size), share, splat(p->k)));
}

static size_t local_response_scratch(long columns, long size) {
  return (size_t)(2 * padded_to_lanes(columns) + 2 * size + 2 * DPT_LANES);
}

// Zeros where no channel is.
DPT_INLINE float *clear_margins(const dpt_local_response *p, long columns) {
  memset(p->scratch, 0, local_response_scratch(columns, p->size) * sizeof(float));
  return p->scratch + padded_to_lanes(columns);
}

static void local_response_norm(const dpt_row_pass *r, const dpt_local_response *p) {
  float *levels = p->scratch, *padded = clear_margins(p, r->columns);
  for (long i = 0; i < r->rows; i++) {
    const element *x = (const element *)r->x + i * r->xStride;
    element *y = (element *)r->y + i * r->yStride;
    levels_of_row(p, x, r->columns, padded, levels);
    for (long k = 0; k < r->columns; k += DPT_LANES)
      store(y + k, load_some(x + k, r->columns - k) / positive_power(load(levels + k), p->beta));
  }
}

// With d the levels and w(c) the window of channel c: dx[j] = g[j] / d[j]^β − 2 αβ/size · x[j] Σ g[c] x[c] / d[c]^(β + 1) over
// all c with j in w(c).
static void local_response_norm_gradient(const dpt_row_pass *r, const dpt_local_response *p) {
  float *levels = p->scratch, *padded = clear_margins(p, r->columns);
  const v16 factor = splat(-2 * p->alpha * p->beta / (float)p->size);
  for (long i = 0; i < r->rows; i++) {
    const element *x = (const element *)r->x + i * r->xStride, *g = (const element *)r->g + i * r->gStride;
    element *dx = (element *)r->y + i * r->yStride;
    levels_of_row(p, x, r->columns, padded, levels);
    for (long k = 0; k < r->columns; k += DPT_LANES) {
      const long valid = r->columns - k;
      const v16 level = load(levels + k), value = load_some(x + k, valid);
      const v16 own = load_some(g + k, valid) / positive_power(level, p->beta);
      // The first part takes the place of its level.
      store(levels + k, own);
      store_some(padded + p->size + k, own * value / level, valid);
    }
    // Window w(c) holds j if c is between j − (size − 1) / 2 and j + size / 2.
    for (long k = 0; k < r->columns; k += DPT_LANES) {
      const v16 sum = sum_of_window(padded + p->size + k - (p->size - 1) / 2, p->size);
      store(dx + k, fma16(factor * load_some(x + k, r->columns - k), sum, load(levels + k)));
    }
  }
}

#endif
