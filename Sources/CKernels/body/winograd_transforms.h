// The transforms of Winograd's minimal filtering for 3 × 3 convolutions of stride 1, and for 3 taps along one axis (Winograd
// 1980; Lavin and Gray 2016, "Fast algorithms for convolutional neural networks"). m outputs along an axis take m + 2
// products instead of 3 m. Inputs, weights and gradients are taken as polynomials, and become their values at m + 2 places:
// the points 0, ±p, ±q and ∞ for m = 4; 0, ±1 and ∞ for m = 2. Products and sums over channels are made place by place.
//
// Each transform is a fixed sequence of operations on 16 channels, so its bits do not depend on the instruction set.
#ifndef DPT_WINOGRAD_TRANSFORMS_H
#define DPT_WINOGRAD_TRANSFORMS_H

#include "vector.h"

// The points ±p and ±q, whose powers and products are exact. Errors are less than half of those with ±1 and ±2.
#define DPT_P 0.625f
#define DPT_Q 1.5f
#define DPT_P2 (DPT_P * DPT_P)
#define DPT_Q2 (DPT_Q * DPT_Q)

// The most places of a tile.
#define DPT_PLACES 36

// Places along an axis for m outputs. With m = 1 the axis has one tap and nothing is transformed.
#define DPT_PLACES_FOR(M) ((M) == 1 ? 1 : (M) + 2)

// MARK: Transforms along one axis; m is a constant at every call, `s` and `t` the distances of values in memory

// Inputs to places: Bᵀ d.
DPT_INLINE void place_inputs(int m, const v16 *d, long s, v16 *v, long t) {
  if (m == 1) {
    v[0] = d[0];
  } else if (m == 2) {
    const v16 d1 = d[s], d2 = d[2 * s];
    v[0] = d[0] - d2;
    v[t] = d1 + d2;
    v[2 * t] = d2 - d1;
    v[3 * t] = d[3 * s] - d1;
  } else {
    const v16 d0 = d[0], d1 = d[s], d2 = d[2 * s], d3 = d[3 * s], d4 = d[4 * s], d5 = d[5 * s];
    const v16 sum = splat(-(DPT_P2 + DPT_Q2)), product = splat(DPT_P2 * DPT_Q2);
    const v16 p2 = splat(-DPT_P2), q2 = splat(-DPT_Q2), p = splat(DPT_P), q = splat(DPT_Q);
    const v16 even = fma16(q2, d2, d4), odd = p * fma16(q2, d1, d3);
    const v16 even2 = fma16(p2, d2, d4), odd2 = q * fma16(p2, d1, d3);
    v[0] = fma16(product, d0, fma16(sum, d2, d4));
    v[t] = even + odd;
    v[2 * t] = even - odd;
    v[3 * t] = even2 + odd2;
    v[4 * t] = even2 - odd2;
    v[5 * t] = fma16(product, d1, fma16(sum, d3, d5));
  }
}

// Places to outputs: Aᵀ u.
DPT_INLINE void outputs_of_places(int m, const v16 *u, long s, v16 *y, long t) {
  if (m == 1) {
    y[0] = u[0];
  } else if (m == 2) {
    y[0] = u[0] + (u[s] + u[2 * s]);
    y[t] = (u[s] - u[2 * s]) + u[3 * s];
  } else {
    const v16 even = u[s] + u[2 * s], odd = u[s] - u[2 * s], even2 = u[3 * s] + u[4 * s], odd2 = u[3 * s] - u[4 * s];
    y[0] = u[0] + (even + even2);
    y[t] = fma16(splat(DPT_P), odd, splat(DPT_Q) * odd2);
    y[2 * t] = fma16(splat(DPT_P2), even, splat(DPT_Q2) * even2);
    y[3 * t] = fma16(splat(DPT_P2 * DPT_P), odd, fma16(splat(DPT_Q2 * DPT_Q), odd2, u[5 * s]));
  }
}

// Gradients of outputs to places: A dy.
DPT_INLINE void place_gradients(int m, const v16 *y, long s, v16 *u, long t) {
  if (m == 1) {
    u[0] = y[0];
  } else if (m == 2) {
    u[0] = y[0];
    u[t] = y[0] + y[s];
    u[2 * t] = y[0] - y[s];
    u[3 * t] = y[s];
  } else {
    const v16 y0 = y[0], y1 = y[s], y2 = y[2 * s], y3 = y[3 * s];
    const v16 even = fma16(splat(DPT_P2), y2, y0), odd = splat(DPT_P) * fma16(splat(DPT_P2), y3, y1);
    const v16 even2 = fma16(splat(DPT_Q2), y2, y0), odd2 = splat(DPT_Q) * fma16(splat(DPT_Q2), y3, y1);
    u[0] = y0;
    u[t] = even + odd;
    u[2 * t] = even - odd;
    u[3 * t] = even2 + odd2;
    u[4 * t] = even2 - odd2;
    u[5 * t] = y3;
  }
}

// 1 / Π (x − y) over the other points y, for the point x: what the weights are divided by at their place.
#define DPT_AT_0 (1 / (DPT_P2 * DPT_Q2))
#define DPT_AT_P (1 / (2 * DPT_P2 * (DPT_P2 - DPT_Q2)))
#define DPT_AT_Q (1 / (2 * DPT_Q2 * (DPT_Q2 - DPT_P2)))

// Weights to places: G w.
DPT_INLINE void place_weights(int m, const v16 *w, long s, v16 *u, long t) {
  if (m == 1) {
    u[0] = w[0];
  } else if (m == 2) {
    const v16 even = w[0] + w[2 * s];
    u[0] = w[0];
    u[t] = splat(0.5f) * (even + w[s]);
    u[2 * t] = splat(0.5f) * (even - w[s]);
    u[3 * t] = w[2 * s];
  } else {
    const v16 w0 = w[0], w1 = w[s], w2 = w[2 * s];
    const v16 even = fma16(splat(DPT_P2), w2, w0), odd = splat(DPT_P) * w1;
    const v16 even2 = fma16(splat(DPT_Q2), w2, w0), odd2 = splat(DPT_Q) * w1;
    u[0] = splat(DPT_AT_0) * w0;
    u[t] = splat(DPT_AT_P) * (even + odd);
    u[2 * t] = splat(DPT_AT_P) * (even - odd);
    u[3 * t] = splat(DPT_AT_Q) * (even2 + odd2);
    u[4 * t] = splat(DPT_AT_Q) * (even2 - odd2);
    u[5 * t] = w2;
  }
}

// Places to the gradients of weights: Gᵀ u.
DPT_INLINE void weights_of_places(int m, const v16 *u, long s, v16 *w, long t) {
  if (m == 1) {
    w[0] = u[0];
  } else if (m == 2) {
    const v16 even = splat(0.5f) * (u[s] + u[2 * s]);
    w[0] = u[0] + even;
    w[t] = splat(0.5f) * (u[s] - u[2 * s]);
    w[2 * t] = even + u[3 * s];
  } else {
    const v16 even = splat(DPT_AT_P) * (u[s] + u[2 * s]), odd = splat(DPT_AT_P) * (u[s] - u[2 * s]);
    const v16 even2 = splat(DPT_AT_Q) * (u[3 * s] + u[4 * s]), odd2 = splat(DPT_AT_Q) * (u[3 * s] - u[4 * s]);
    w[0] = fma16(splat(DPT_AT_0), u[0], even + even2);
    w[t] = fma16(splat(DPT_P), odd, splat(DPT_Q) * odd2);
    w[2 * t] = fma16(splat(DPT_P2), even, fma16(splat(DPT_Q2), even2, u[5 * s]));
  }
}

// A transform of both axes: `rows` × `columns` values become the places of mh × mw outputs, or the other way round.
#define DPT_BOTH_AXES(NAME, AXIS, FROM, TO)                                                        \
  DPT_INLINE void NAME(int mh, int mw, const v16 *from, v16 *to) {                                 \
    const int columns = FROM(mw), newRows = TO(mh), newColumns = TO(mw);                           \
    v16 half[DPT_PLACES];                                                                          \
    _Pragma("clang loop unroll(full)") for (int j = 0; j < columns; j++)                           \
        AXIS(mh, from + j, columns, half + j, columns);                                            \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < newRows; i++)                           \
        AXIS(mw, half + i * columns, 1, to + i * newColumns, 1);                                   \
  }
#define DPT_OUTPUTS_FOR(M) (M)
#define DPT_WEIGHTS_FOR(M) ((M) == 1 ? 1 : 3)
DPT_BOTH_AXES(place_input_tile, place_inputs, DPT_PLACES_FOR, DPT_PLACES_FOR)
DPT_BOTH_AXES(outputs_of_tile, outputs_of_places, DPT_PLACES_FOR, DPT_OUTPUTS_FOR)
DPT_BOTH_AXES(place_gradient_tile, place_gradients, DPT_OUTPUTS_FOR, DPT_PLACES_FOR)
DPT_BOTH_AXES(place_weight_tile, place_weights, DPT_WEIGHTS_FOR, DPT_PLACES_FOR)
DPT_BOTH_AXES(weights_of_tile, weights_of_places, DPT_PLACES_FOR, DPT_WEIGHTS_FOR)

#endif
