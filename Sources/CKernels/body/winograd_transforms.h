// The transforms of Winograd's minimal filtering for convolutions of stride 1 with 3 or 5 taps along an axis (Winograd 1980;
// Lavin and Gray 2016, "Fast algorithms for convolutional neural networks"). m outputs along an axis of r taps take
// m + r − 1 products instead of m · r. Inputs, weights and gradients are taken as polynomials, and become their values at
// m + r − 1 places: the point 0, pairs of points ±x, and ∞. Products and sums over channels are made place by place.
//
// Each transform is a fixed sequence of operations on 16 channels, so its bits do not depend on the instruction set.
#ifndef DPT_WINOGRAD_TRANSFORMS_H
#define DPT_WINOGRAD_TRANSFORMS_H

#include "vector.h"

// The most places of a tile.
#define DPT_PLACES 36

// A tile along one axis, for example 4 outputs of 3 taps; constant at every call. With one of each nothing is transformed.
typedef struct {
  int outputs, taps;
} tile_axis;

typedef struct {
  tile_axis down, across;
} tile_shape;

DPT_INLINE int places_along(tile_axis axis) { return axis.outputs + axis.taps - 1; }
DPT_INLINE int places_of(tile_shape s) { return places_along(s.down) * places_along(s.across); }
DPT_INLINE int taps_of(tile_shape s) { return s.down.taps * s.across.taps; }

// MARK: The places, of which an axis has 1, 4, 6 or 8

DPT_INLINE int pairs_of(int places) { return (places - 2) / 2; }

// The point x of pair ±x number `pair`. Powers and products of all points are exact. Of 6 places, errors are less than half
// of those with ±1 and ±2.
DPT_INLINE float point_at(int places, int pair) {
  const float points6[] = {0.625f, 1.5f}, points8[] = {0.5f, 1.0f, 2.0f};
  return places == 4 ? 1.0f : places == 6 ? points6[pair] : points8[pair];
}

// What the weights are multiplied with at a pair: 1 / Π (x − y) over all other points y.
DPT_INLINE float factor_at(int places, int pair) {
  const float x = point_at(places, pair);
  float product = 2 * x * x;
#pragma clang loop unroll(full)
  for (int k = 0; k < pairs_of(places); k++)
    if (k != pair) product *= x * x - point_at(places, k) * point_at(places, k);
  return 1 / product;
}

// The same at 0, where the inputs of 4 and 8 places have the other sign.
DPT_INLINE float factor_at_zero(int places) {
  float product = 1;
#pragma clang loop unroll(full)
  for (int k = 0; k < pairs_of(places); k++) product *= point_at(places, k) * point_at(places, k);
  return 1 / product;
}

DPT_INLINE float power(float x, int exponent) {
  float result = 1;
#pragma clang loop unroll(full)
  for (int i = 0; i < exponent; i++) result *= x;
  return result;
}

// MARK: Transforms along one axis; `s` and `t` are the distances of values in memory

// Inputs to places: Bᵀ d.
DPT_INLINE void place_inputs(tile_axis axis, const v16 *d, long s, v16 *v, long t) {
  const int places = places_along(axis);
  if (places == 1) {
    v[0] = d[0];
  } else if (places == 4) {
    const v16 d1 = d[s], d2 = d[2 * s];
    v[0] = d[0] - d2;
    v[t] = d1 + d2;
    v[2 * t] = d2 - d1;
    v[3 * t] = d[3 * s] - d1;
  } else if (places == 6) {
    const float p = point_at(6, 0), q = point_at(6, 1);
    const v16 d0 = d[0], d1 = d[s], d2 = d[2 * s], d3 = d[3 * s], d4 = d[4 * s], d5 = d[5 * s];
    const v16 sum = splat(-(p * p + q * q)), product = splat(p * p * (q * q));
    const v16 p2 = splat(-p * p), q2 = splat(-q * q);
    const v16 even = fma16(q2, d2, d4), odd = splat(p) * fma16(q2, d1, d3);
    const v16 even2 = fma16(p2, d2, d4), odd2 = splat(q) * fma16(p2, d1, d3);
    v[0] = fma16(product, d0, fma16(sum, d2, d4));
    v[t] = even + odd;
    v[2 * t] = even - odd;
    v[3 * t] = even2 + odd2;
    v[4 * t] = even2 - odd2;
    v[5 * t] = fma16(product, d1, fma16(sum, d3, d5));
  } else {
    // (x² − 1/4) (x² − 1) (x² − 4) = x⁶ − 5.25 x⁴ + 5.25 x² − 1; without a pair's factor, x⁴ − sum x² + product.
    const v16 d1 = d[s], d2 = d[2 * s], d3 = d[3 * s], d4 = d[4 * s], d5 = d[5 * s], d6 = d[6 * s];
    v[0] = fma16(splat(5.25f), d4 - d2, d[0] - d6);
    v[7 * t] = fma16(splat(5.25f), d3 - d5, d[7 * s] - d1);
#pragma clang loop unroll(full)
    for (int k = 0; k < 3; k++) {
      const float x = point_at(8, k), sum = 5.25f - x * x, product = 1 / (x * x);
      const v16 even = fma16(splat(product), d2, fma16(splat(-sum), d4, d6));
      const v16 odd = splat(x) * fma16(splat(product), d1, fma16(splat(-sum), d3, d5));
      v[(2 * k + 1) * t] = even + odd;
      v[(2 * k + 2) * t] = even - odd;
    }
  }
}

// The values of a polynomial of `count` coefficients at the places.
DPT_INLINE void values_at_places(int count, int places, const v16 *c, long s, v16 *u, long t) {
  u[0] = c[0];
  if (places == 1) return;
#pragma clang loop unroll(full)
  for (int k = 0; k < pairs_of(places); k++) {
    const v16 x = splat(point_at(places, k)), x2 = x * x;
    const int lastEven = (count - 1) / 2 * 2, lastOdd = count / 2 * 2 - 1;
    v16 even = c[lastEven * s], odd = c[lastOdd * s];
#pragma clang loop unroll(full)
    for (int i = lastEven - 2; i >= 0; i -= 2) even = fma16(x2, even, c[i * s]);
#pragma clang loop unroll(full)
    for (int i = lastOdd - 2; i >= 0; i -= 2) odd = fma16(x2, odd, c[i * s]);
    odd = x * odd;
    u[(2 * k + 1) * t] = even + odd;
    u[(2 * k + 2) * t] = even - odd;
  }
  u[(places - 1) * t] = c[(count - 1) * s];
}

// The transposed transform: `count` sums of the places, of which `factors` are multiplied with their factors first.
DPT_INLINE void sums_of_places(int count, int places, bool factors, const v16 *u, long s, v16 *c, long t) {
  if (places == 1) {
    c[0] = u[0];
    return;
  }
  v16 even[3], odd[3];
#pragma clang loop unroll(full)
  for (int k = 0; k < pairs_of(places); k++) {
    const v16 plus = u[(2 * k + 1) * s], minus = u[(2 * k + 2) * s];
    const v16 factor = splat(factors ? factor_at(places, k) : 1.0f);
    even[k] = factor * (plus + minus);
    odd[k] = factor * (plus - minus);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < count; i++) {
    const int last = pairs_of(places) - 1;
    const v16 *terms = i % 2 == 0 ? even : odd;
    const v16 weight = splat(power(point_at(places, last), i));
    v16 sum = i == count - 1 ? fma16(weight, terms[last], u[(places - 1) * s]) : weight * terms[last];
#pragma clang loop unroll(full)
    for (int k = last - 1; k >= 0; k--) sum = fma16(splat(power(point_at(places, k), i)), terms[k], sum);
    c[i * t] = i == 0 ? fma16(splat(factors ? factor_at_zero(places) : 1.0f), u[0], sum) : sum;
  }
}

// Places to outputs: Aᵀ u.
DPT_INLINE void outputs_of_places(tile_axis axis, const v16 *u, long s, v16 *y, long t) {
  sums_of_places(axis.outputs, places_along(axis), false, u, s, y, t);
}

// Gradients of outputs to places: A dy.
DPT_INLINE void place_gradients(tile_axis axis, const v16 *y, long s, v16 *u, long t) {
  values_at_places(axis.outputs, places_along(axis), y, s, u, t);
}

// Weights to places: G w.
DPT_INLINE void place_weights(tile_axis axis, const v16 *w, long s, v16 *u, long t) {
  const int places = places_along(axis);
  values_at_places(axis.taps, places, w, s, u, t);
  if (places == 1) return;
  u[0] *= splat(factor_at_zero(places));
#pragma clang loop unroll(full)
  for (int p = 1; p < places - 1; p++) u[p * t] *= splat(factor_at(places, (p - 1) / 2));
}

// Places to the gradients of weights: Gᵀ u.
DPT_INLINE void weights_of_places(tile_axis axis, const v16 *u, long s, v16 *w, long t) {
  sums_of_places(axis.taps, places_along(axis), true, u, s, w, t);
}

// A transform of both axes: of `down` × `across` values to as many as TO says.
#define DPT_BOTH_AXES(NAME, AXIS, FROM, TO)                                                        \
  DPT_INLINE void NAME(tile_shape s, const v16 *from, v16 *to) {                                   \
    const int columns = FROM(s.across), newRows = TO(s.down), newColumns = TO(s.across);           \
    v16 half[DPT_PLACES];                                                                          \
    _Pragma("clang loop unroll(full)") for (int j = 0; j < columns; j++)                           \
        AXIS(s.down, from + j, columns, half + j, columns);                                        \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < newRows; i++)                           \
        AXIS(s.across, half + i * columns, 1, to + i * newColumns, 1);                             \
  }
#define DPT_OUTPUTS_OF(AXIS) ((AXIS).outputs)
#define DPT_TAPS_OF(AXIS) ((AXIS).taps)
DPT_BOTH_AXES(place_input_tile, place_inputs, places_along, places_along)
DPT_BOTH_AXES(outputs_of_tile, outputs_of_places, places_along, DPT_OUTPUTS_OF)
DPT_BOTH_AXES(place_gradient_tile, place_gradients, DPT_OUTPUTS_OF, places_along)
DPT_BOTH_AXES(place_weight_tile, place_weights, DPT_TAPS_OF, places_along)
DPT_BOTH_AXES(weights_of_tile, weights_of_places, places_along, DPT_TAPS_OF)

#endif
