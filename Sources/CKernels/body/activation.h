// Elementwise layers and their derivatives. Sums over a row run in sixteen lanes, which are added in ascending order.
#ifndef DPT_ACTIVATION_H
#define DPT_ACTIVATION_H

#include "elementary.h"
#include "values.h"

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

// log(1 + e^z), without overflow and without cancellation.
DPT_INLINE v16 softplus16(v16 z) {
  return larger(z, splat(0.0f)) + log1p16(exp_of_negative(floats(bits(z) | (int32_t)0x80000000)));
}

// With w = e^x: tanh(log(1 + w)) = n / (n + 2) with n = w (w + 2), which is 1 from x = 20 on.
DPT_INLINE v16 mish_slope(v16 x, v16 *derivative) {
  const v16 two = splat(2.0f);
  v16 z = choose(x > splat(20.0f), splat(20.0f), x);
  v16 w = exp16(z);
  v16 n = w * (w + two);
  v16 t = n / (n + two);
  // t + x σ(x) (1 − t²), the latter being 4 (n + 1) / (n + 2)², and n + 1 = (1 + w)².
  if (derivative) *derivative = fma16(z * w / (n + two), splat(4.0f) * (w + splat(1.0f)) / (n + two), t);
  return t;
}

DPT_INLINE v16 clamped_to_six(v16 x) {
  x = choose(x <= splat(0.0f), splat(0.0f), x);
  return choose(x > splat(6.0f), splat(6.0f), x);
}

// Comparisons with NaN are false, so NaN passes through.
DPT_INLINE v16 activation16(dpt_activation_kind kind, v16 parameter, v16 second, v16 x) {
  switch (kind) {
    case DPT_RELU: return choose(x <= splat(0.0f), splat(0.0f), x);
    case DPT_LEAKY_RELU: return choose(x <= splat(0.0f), x * parameter, x);
    case DPT_TANH: return tanh16(x);
    case DPT_SIGMOID: return sigmoid16(x);
    case DPT_GELU: return x * normal_cdf16(x);
    case DPT_GELU_TANH: return splat(0.5f) * x * (splat(1.0f) + gelu_tanh_part(x));
    case DPT_SILU: return x * sigmoid16(x);
    case DPT_RELU6: return clamped_to_six(x);
    case DPT_HARDSWISH: return x * clamped_to_six(x + splat(3.0f)) / splat(6.0f);
    case DPT_HARDSIGMOID: return clamped_to_six(x + splat(3.0f)) / splat(6.0f);
    case DPT_ELU: return choose(x > splat(0.0f), x * second, expm1_of_negative(x) * parameter);
    case DPT_SOFTPLUS: {
      const v16 z = x * parameter;
      return choose(z > second, x, softplus16(z) / parameter);
    }
    case DPT_MISH: return x * mish_slope(x, NULL);
  }
}

// The derivative at an output y (tanh, logistic function) or an input x (all others).
DPT_INLINE v16 derivative16(dpt_activation_kind kind, v16 parameter, v16 second, v16 x) {
  const v16 zero = splat(0.0f), one = splat(1.0f);
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
    case DPT_SILU: {
      v16 opposite;
      const v16 s = sigmoids16(x, &opposite);
      return fma16(x * s, opposite, s);
    }
    case DPT_RELU6: return choose((x <= zero) | (x >= splat(6.0f)), zero, one);
    case DPT_HARDSWISH: {
      const v16 within = fma16(x, splat(1.0f / 3), splat(0.5f));
      return choose(x <= splat(-3.0f), zero, choose(x >= splat(3.0f), one, within));
    }
    case DPT_HARDSIGMOID:
      return choose((x <= splat(-3.0f)) | (x >= splat(3.0f)), zero, splat(1.0f / 6));
    case DPT_ELU: return choose(x > zero, second, exp_of_negative(choose(x > zero, zero, x)) * parameter);
    case DPT_SOFTPLUS: {
      const v16 z = x * parameter;
      return choose(z > second, one, sigmoid16(z));
    }
    case DPT_MISH: {
      v16 derivative;
      mish_slope(x, &derivative);
      return derivative;
    }
  }
}

// If rows of all views are padded and contiguous, they are processed as one long row.
DPT_INLINE void each_row(dpt_activation_kind kind, bool backward, float parameter, float second, const dpt_row_pass *r) {
  const long padded = padded_to_lanes(r->columns);
  const bool flat = r->xStride == padded && r->yStride == padded && (!backward || r->gStride == padded);
  const long rows = flat ? 1 : r->rows;
  const long columns = flat ? r->rows * padded : r->columns;
  for (long i = 0; i < rows; i++) {
    const element *inputs = (const element *)r->x + i * r->xStride;
    const element *gradients = backward ? (const element *)r->g + i * r->gStride : NULL;
    element *outputs = (element *)r->y + i * r->yStride;
    for (long k = 0; k < columns; k += DPT_LANES) {
      const v16 x = load_some(inputs + k, columns - k);
      const v16 y = backward ? load_some(gradients + k, columns - k) *
                                   derivative16(kind, splat(parameter), splat(second), x)
                             : activation16(kind, splat(parameter), splat(second), x);
      store(outputs + k, y);
    }
  }
}

#define DPT_ACTIVATION_CASE(KIND, BACKWARD) \
  case KIND: each_row(KIND, BACKWARD, parameter, second, r); break;
#define DPT_EACH_ACTIVATION(BACKWARD)              \
  switch (kind) {                                  \
    DPT_ACTIVATION_CASE(DPT_RELU, BACKWARD)        \
    DPT_ACTIVATION_CASE(DPT_LEAKY_RELU, BACKWARD)  \
    DPT_ACTIVATION_CASE(DPT_TANH, BACKWARD)        \
    DPT_ACTIVATION_CASE(DPT_SIGMOID, BACKWARD)     \
    DPT_ACTIVATION_CASE(DPT_GELU, BACKWARD)        \
    DPT_ACTIVATION_CASE(DPT_GELU_TANH, BACKWARD)   \
    DPT_ACTIVATION_CASE(DPT_SILU, BACKWARD)        \
    DPT_ACTIVATION_CASE(DPT_RELU6, BACKWARD)       \
    DPT_ACTIVATION_CASE(DPT_HARDSWISH, BACKWARD)   \
    DPT_ACTIVATION_CASE(DPT_HARDSIGMOID, BACKWARD) \
    DPT_ACTIVATION_CASE(DPT_ELU, BACKWARD)         \
    DPT_ACTIVATION_CASE(DPT_SOFTPLUS, BACKWARD)    \
    DPT_ACTIVATION_CASE(DPT_MISH, BACKWARD)        \
  }

static void activation(dpt_activation_kind kind, float parameter, float second, const dpt_row_pass *r) {
  DPT_EACH_ACTIVATION(false)
}

static void activation_gradient(dpt_activation_kind kind, float parameter, float second, const dpt_row_pass *r) {
  DPT_EACH_ACTIVATION(true)
}

#undef DPT_EACH_ACTIVATION
#undef DPT_ACTIVATION_CASE

// The slope of a column: its own, or the only one.
DPT_INLINE v16 prelu_slope(const float *slopes, bool isShared, long k) {
  return isShared ? splat(slopes[0]) : load(slopes + k);
}

static void prelu(const dpt_row_pass *r, const float *slopes, bool isShared) {
  const element *inputs = r->x;
  element *outputs = r->y;
  for (long i = 0; i < r->rows; i++)
    for (long k = 0; k < r->columns; k += DPT_LANES) {
      const v16 x = load_some(inputs + i * r->xStride + k, r->columns - k);
      store(outputs + i * r->yStride + k, choose(x <= splat(0.0f), x * prelu_slope(slopes, isShared, k), x));
    }
}

static void prelu_gradient(const dpt_row_pass *r, const float *slopes, bool isShared, float *products, long stride) {
  const element *inputs = r->x, *gradients = r->g;
  element *outputs = r->y;
  for (long i = 0; i < r->rows; i++) {
    v16 sums = splat(0.0f);
    for (long k = 0; k < r->columns; k += DPT_LANES) {
      const long valid = r->columns - k;
      const v16 x = load_some(inputs + i * r->xStride + k, valid), g = load_some(gradients + i * r->gStride + k, valid);
      const i16 isBelow = x <= splat(0.0f);
      if (outputs) store(outputs + i * r->yStride + k, choose(isBelow, g * prelu_slope(slopes, isShared, k), g));
      const v16 product = choose(isBelow, g * x, splat(0.0f));
      if (isShared) sums += product;
      else store(products + i * stride + k, product);
    }
    if (isShared) store(products + i * stride, first_lanes(splat(sum_of_lanes(sums)), 1));
  }
}

#endif
