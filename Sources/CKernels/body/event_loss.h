// Losses of independent events with logits z and targets y from 0 to 1, row by row. With p = σ(z) and n = σ(−z) = 1 − p, both
// of which are computed without cancellation:
//
//     weighted:  ℓ = w y (−log p) + (1 − y) (−log n)         ∂ℓ/∂z = (1 − y) p − w y n
//     focal:     ℓ = α q^γ c,  c = y (−log p) + (1 − y) (−log n),  q = y n + (1 − y) p
//                ∂ℓ/∂z = α q^γ ((1 − y) p − y n + γ c (1 − 2 y) p n / q)
//
// The first is PyTorch's binary_cross_entropy_with_logits with pos_weight, the second the focal loss of Lin et al. 2017, as
// torchvision's sigmoid_focal_loss.
#ifndef DPT_EVENT_LOSS_H
#define DPT_EVENT_LOSS_H

#include "loss.h"

typedef struct {
  // p, n and their negative logarithms.
  v16 p, n, logP, logN;
} event16;

DPT_INLINE event16 event_of(v16 z) {
  const v16 zero = splat(0.0f), l = log1p16(exp16(floats(bits(z) | (int32_t)0x80000000)));
  event16 e;
  e.p = sigmoids16(z, &e.n);
  e.logP = choose(z < zero, -z, zero) + l;
  e.logN = choose(z > zero, z, zero) + l;
  return e;
}

DPT_INLINE value_loss16 weighted_event(v16 z, v16 y, v16 weight) {
  const event16 e = event_of(z);
  const v16 positive = weight * y, negative = splat(1.0f) - y;
  return (value_loss16){fma16(positive, e.logP, negative * e.logN), fma16(negative, e.p, -(positive * e.n))};
}

DPT_INLINE value_loss16 focal_event(v16 z, v16 y, float alpha, float gamma) {
  const event16 e = event_of(z);
  const v16 zero = splat(0.0f), one = splat(1.0f), negative = one - y;
  const v16 entropy = fma16(y, e.logP, negative * e.logN);
  v16 factor = alpha < 0 ? one : fma16(y, splat(alpha), negative * splat(1.0f - alpha)), slope = zero;
  if (gamma > 0) {
    const v16 q = fma16(y, e.n, negative * e.p);
    // Where q is 0, loss and gradient are 0; NaNs stay.
    const i16 isNone = q == zero;
    factor *= choose(isNone, zero, exp16(splat(gamma) * log16(q)));
    slope = choose(isNone, zero, splat(gamma) * entropy * (negative - y) * (e.p * e.n / q));
  }
  return (value_loss16){factor * entropy, factor * (fma16(negative, e.p, -(y * e.n)) + slope)};
}

// Each row's groups of columns are added lane by lane, then the lanes.
static void event_loss(const dpt_loss_pass *p, const dpt_event_targets *t) {
  for (long r = 0; r < p->rows; r++) {
    const float *z = p->outputs + r * p->stride, *y = t->targets + r * t->stride;
    float *g = p->gradient ? p->gradient + r * p->gradientStride : NULL;
    float *record = p->records + r * DPT_LANES;
    v16 sum = splat(0.0f), right = splat(0.0f);
    for (long k = 0; k < p->columns; k += DPT_LANES) {
      const long valid = p->columns - k;
      const v16 output = load_some(z + k, valid), target = load_some(y + k, valid);
      const value_loss16 value = t->positiveWeights ? weighted_event(output, target, load(t->positiveWeights + k))
                                                    : focal_event(output, target, t->alpha, t->gamma);
      add_value(value, output, target, valid, &sum, &right, g ? g + k : NULL);
    }
    record_values(p, record, sum, right);
  }
}

#endif
