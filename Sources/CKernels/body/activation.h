// Elementwise layers and their derivatives.
#ifndef DPT_ACTIVATION_H
#define DPT_ACTIVATION_H

#include "elementary.h"

// The standard normal distribution function, ½ (1 + erf(x / √2)), without cancellation for negative x.
DPT_INLINE v16 normal_cdf16(v16 x) {
  v16 z = x * splat(0.707106781f);
  v16 y = floats(bits(z) & 0x7fffffff);
  v16 tail = splat(0.5f) * erfc_far(y);
  v16 far = choose(x < splat(0.0f), tail, splat(1.0f) - tail);
  v16 near = erf_near(y);
  near = floats(bits(near) | (bits(z) & (int32_t)0x80000000));
  return choose(y < splat(kErfJoin), fma16(near, splat(0.5f), splat(0.5f)), far);
}

static const float kGeluScale = 0.797884561f;  // √(2/π)
static const float kGeluCubic = 0.044715f;

DPT_INLINE v16 gelu_tanh_part(v16 x) {
  return tanh16(splat(kGeluScale) * fma16(splat(kGeluCubic) * x * x, x, x));
}

// Comparisons with NaN are false, so NaN passes through.
DPT_INLINE v16 activation16(dpt_activation_kind kind, v16 parameter, v16 x) {
  switch (kind) {
    case DPT_RELU: return choose(x <= splat(0.0f), splat(0.0f), x);
    case DPT_LEAKY_RELU: return choose(x <= splat(0.0f), x * parameter, x);
    case DPT_TANH: return tanh16(x);
    case DPT_SIGMOID: return sigmoid16(x);
    case DPT_GELU: return x * normal_cdf16(x);
    case DPT_GELU_TANH: return splat(0.5f) * x * (splat(1.0f) + gelu_tanh_part(x));
  }
}

// The derivative at an output y (tanh, logistic function) or an input x (all others).
DPT_INLINE v16 derivative16(dpt_activation_kind kind, v16 parameter, v16 x) {
  const v16 one = splat(1.0f);
  switch (kind) {
    case DPT_RELU: return choose(x <= splat(0.0f), splat(0.0f), one);
    case DPT_LEAKY_RELU: return choose(x <= splat(0.0f), parameter, one);
    case DPT_TANH: return fma16(-x, x, one);
    case DPT_SIGMOID: return fma16(-x, x, x);
    case DPT_GELU: return fma16(x * exp16(splat(-0.5f) * x * x), splat(0.398942280f), normal_cdf16(x));
    case DPT_GELU_TANH: {
      v16 t = gelu_tanh_part(x);
      // If tanh is ±1 the product is zero, but an infinite square would make it NaN.
      v16 square = choose(x * x > splat(1e6f), splat(1e6f), x * x);
      v16 inner = splat(kGeluScale) * fma16(splat(3 * kGeluCubic), square, one);
      return fma16(splat(0.5f) * x * fma16(-t, t, one), inner, fma16(t, splat(0.5f), splat(0.5f)));
    }
  }
}

// If rows of all views are padded and contiguous, they are processed as one long row.
DPT_INLINE void each_row(dpt_activation_kind kind, bool backward, float parameter, const dpt_row_pass *r) {
  const long padded = padded_to_lanes(r->columns);
  const bool flat = r->xStride == padded && r->yStride == padded && (!backward || r->gStride == padded);
  const long rows = flat ? 1 : r->rows;
  const long columns = flat ? r->rows * padded : r->columns;
  for (long i = 0; i < rows; i++)
    for (long k = 0; k < columns; k += DPT_LANES) {
      v16 x = load_some(r->x + i * r->xStride + k, columns - k);
      v16 y = backward ? load_some(r->g + i * r->gStride + k, columns - k) * derivative16(kind, splat(parameter), x)
                       : activation16(kind, splat(parameter), x);
      store(r->y + i * r->yStride + k, y);
    }
}

#define DPT_EACH_ACTIVATION(BACKWARD)                                                    \
  switch (kind) {                                                                        \
    case DPT_RELU: each_row(DPT_RELU, BACKWARD, parameter, r); break;                    \
    case DPT_LEAKY_RELU: each_row(DPT_LEAKY_RELU, BACKWARD, parameter, r); break;        \
    case DPT_TANH: each_row(DPT_TANH, BACKWARD, parameter, r); break;                    \
    case DPT_SIGMOID: each_row(DPT_SIGMOID, BACKWARD, parameter, r); break;              \
    case DPT_GELU: each_row(DPT_GELU, BACKWARD, parameter, r); break;                    \
    case DPT_GELU_TANH: each_row(DPT_GELU_TANH, BACKWARD, parameter, r); break;          \
  }

static void activation(dpt_activation_kind kind, float parameter, const dpt_row_pass *r) { DPT_EACH_ACTIVATION(false) }

static void activation_gradient(dpt_activation_kind kind, float parameter, const dpt_row_pass *r) {
  DPT_EACH_ACTIVATION(true)
}

#undef DPT_EACH_ACTIVATION

#endif
