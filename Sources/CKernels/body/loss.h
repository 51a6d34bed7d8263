// Losses and their gradients, row by row.
#ifndef DPT_LOSS_H
#define DPT_LOSS_H

#include "softmax.h"

DPT_INLINE void skip_row(const dpt_loss_pass *p, float *record, float *gradient) {
  record[DPT_RECORD_LOSS] = record[DPT_RECORD_CORRECT] = record[DPT_RECORD_WEIGHT] = record[DPT_RECORD_COUNT] = 0;
  record[DPT_RECORD_PREDICTED] = -1;
  if (!gradient) return;
  for (long k = 0; k < p->columns; k += DPT_LANES) store(gradient + k, splat(0.0f));
}

// A target of a row, and the factors of its cross-entropy in the loss and in the gradient.
typedef struct {
  long place;
  float loss, gradient;
} class_share;

// The target's weight times `mass`. In the focal loss with q = 1 − p, p the target's probability, −log p has the factor q^γ
// in the loss, and in the gradient its derivative by log p, q^γ − γ q^(γ − 1) p log p.
DPT_INLINE class_share share_of(const dpt_class_targets *t, long place, float mass, float logP) {
  const float weight = t->weights ? mass * t->weights[place] : mass;
  if (t->gamma == 0) return (class_share){place, weight, weight};
  const float p = exp16(splat(logP))[0], q = -expm1_of_negative(splat(logP))[0];
  // Where p is 1, loss and gradient are 0; NaNs stay.
  if (q == 0) return (class_share){place, 0, 0};
  const float power = exp16(splat(t->gamma) * log16(splat(q)))[0];
  const v16 slope = fma16(splat(-(t->gamma * (power / q) * p)), splat(logP), splat(power));
  return (class_share){place, weight * power, weight * slope[0]};
}

// With a = Σ mass w[target] one-hot + ε / classes · w over the row's targets, whose masses add up to 1 − ε:
// loss = Σ a (log Σ exp z − z), gradient = softmax Σ a − a. `logSum` is the logarithm of the sum of exponentials of z − m.
// `gradient` contains the softmax, unless it is NULL.
DPT_INLINE float weighted_entropy(const float *z, long classes, long target, long partner, float m, float logSum,
                                  const dpt_class_targets *t, float *gradient) {
  const float spread = t->smoothing / (float)classes, mass = 1.0f - t->smoothing;
  const float entropy = logSum - (z[target] - m);
  const bool isMixed = t->partners != NULL;
  const class_share own = share_of(t, target, isMixed ? mass * t->share : mass, -entropy);
  v16 sums = splat(0.0f);
  if (spread != 0)
    for (long k = 0; k < classes; k += DPT_LANES)
      sums = fma16(load(t->weights + k), splat(logSum) - (load_some(z + k, classes - k) - splat(m)), sums);
  v16 loss = fma16(splat(spread), splat(sum_of_lanes(sums)), splat(own.loss * entropy));
  class_share other = {partner, 0, 0};
  if (isMixed) {
    const float entropy = logSum - (z[partner] - m);
    other = share_of(t, partner, mass * (1.0f - t->share), -entropy);
    loss = fma16(splat(other.loss), splat(entropy), loss);
  }
  if (!gradient) return loss[0];
  v16 all = fma16(splat(spread), splat(t->weightSum), splat(own.gradient));
  if (isMixed) all += splat(other.gradient);
  for (long k = 0; k < classes; k += DPT_LANES) {
    const v16 share = spread != 0 ? splat(-spread) * load(t->weights + k) : splat(0.0f);
    store(gradient + k, fma16(all, load(gradient + k), share));
  }
  gradient[target] -= own.gradient;
  if (isMixed) gradient[partner] -= other.gradient;
  return loss[0];
}

static void cross_entropy(const dpt_loss_pass *p, const dpt_class_targets *t) {
  const long classes = p->columns;
  const bool isPlain = !t->weights && !t->partners && t->gamma == 0;
  for (long r = 0; r < p->rows; r++) {
    const float *z = p->outputs + r * p->stride;
    const int32_t target = t->targets[r], partner = t->partners ? t->partners[r] : target;
    float *g = p->gradient ? p->gradient + r * p->gradientStride : NULL;
    float *record = p->records + r * DPT_LANES;
    if (t->ignores && (target == t->ignored || partner == t->ignored)) {
      skip_row(p, record, g);
      continue;
    }
    const float m = largest(z, classes);
    const float sum = sum_of_exponentials(z, classes, m, g);
    const long best = place_of(m, z, classes);
    const float logSum = log16(splat(sum))[0];
    record[DPT_RECORD_CORRECT] = best == (t->partners && t->share < 0.5f ? partner : target);
    record[DPT_RECORD_WEIGHT] = t->weights && !t->partners ? t->weights[target] : 1;
    record[DPT_RECORD_COUNT] = 1;
    record[DPT_RECORD_PREDICTED] = (float)best;
    if (g)
      for (long k = 0; k < classes; k += DPT_LANES) store(g + k, load(g + k) / splat(sum));
    if (isPlain) {
      record[DPT_RECORD_LOSS] = logSum - (z[target] - m);
      if (g) g[target] -= 1.0f;
    } else {
      record[DPT_RECORD_LOSS] = weighted_entropy(z, classes, target, partner, m, logSum, t, g);
    }
  }
}

typedef struct {
  v16 loss, gradient;
} value_loss16;

DPT_INLINE value_loss16 huber16(v16 d, float delta) {
  const v16 limit = splat(delta), size = floats(bits(d) & 0x7fffffff);
  const i16 sign = bits(d) & (int32_t)0x80000000;
  const v16 far = limit * (size - splat(0.5f) * limit);
  // NaN is not far and stays NaN; its sign differs from processor to processor.
  const i16 isFar = size >= limit;
  return (value_loss16){choose(isFar, far, splat(0.5f) * d * d), choose(isFar, floats(bits(limit) | sign), d)};
}

DPT_INLINE value_loss16 value_loss_of(dpt_value_loss_kind kind, float parameter, v16 z, v16 y) {
  const v16 d = z - y, zero = splat(0.0f), one = splat(1.0f);
  switch (kind) {
    case DPT_SQUARED: return (value_loss16){d * d, d + d};
    case DPT_ABSOLUTE:
      return (value_loss16){floats(bits(d) & 0x7fffffff), choose(d > zero, one, choose(d < zero, -one, zero))};
    case DPT_HUBER: return huber16(d, parameter);
    case DPT_SMOOTH_ABSOLUTE: {
      const value_loss16 huber = huber16(d, parameter);
      return (value_loss16){huber.loss / splat(parameter), huber.gradient / splat(parameter)};
    }
    case DPT_BINARY: {
      const v16 e = exp16(floats(bits(z) | (int32_t)0x80000000));
      return (value_loss16){fma16(-z, y, choose(z > zero, z, zero)) + log1p16(e), sigmoid16(z) - y};
    }
  }
}

// Adds a group of columns to the row's losses and right outputs, lane by lane, and writes its gradient.
DPT_INLINE void add_value(value_loss16 value, v16 output, v16 target, long valid, v16 *sum, v16 *right, float *gradient) {
  *sum += first_lanes(value.loss, valid);
  const i16 agrees = ~((output > splat(0.0f)) ^ (target > splat(0.5f)));
  *right += first_lanes(choose(agrees, splat(1.0f), splat(0.0f)), valid);
  if (gradient) store(gradient, first_lanes(value.gradient, valid));
}

// The record of a row of values: the lanes are added.
DPT_INLINE void record_values(const dpt_loss_pass *p, float *record, v16 sum, v16 right) {
  record[DPT_RECORD_LOSS] = sum_of_lanes(sum);
  record[DPT_RECORD_CORRECT] = sum_of_lanes(right);
  record[DPT_RECORD_WEIGHT] = record[DPT_RECORD_COUNT] = (float)p->columns;
  record[DPT_RECORD_PREDICTED] = -1;
}

DPT_INLINE void value_losses(dpt_value_loss_kind kind, float parameter, const dpt_loss_pass *p, const float *targets,
                             long targetStride) {
  for (long r = 0; r < p->rows; r++) {
    const float *z = p->outputs + r * p->stride, *y = targets + r * targetStride;
    float *g = p->gradient ? p->gradient + r * p->gradientStride : NULL;
    v16 sum = splat(0.0f), right = splat(0.0f);
    for (long k = 0; k < p->columns; k += DPT_LANES) {
      const long valid = p->columns - k;
      const v16 output = load_some(z + k, valid), target = load_some(y + k, valid);
      add_value(value_loss_of(kind, parameter, output, target), output, target, valid, &sum, &right, g ? g + k : NULL);
    }
    record_values(p, p->records + r * DPT_LANES, sum, right);
  }
}

static void value_loss(dpt_value_loss_kind kind, float parameter, const dpt_loss_pass *p, const float *targets,
                       long targetStride) {
  switch (kind) {
    case DPT_SQUARED: value_losses(DPT_SQUARED, parameter, p, targets, targetStride); break;
    case DPT_ABSOLUTE: value_losses(DPT_ABSOLUTE, parameter, p, targets, targetStride); break;
    case DPT_HUBER: value_losses(DPT_HUBER, parameter, p, targets, targetStride); break;
    case DPT_SMOOTH_ABSOLUTE: value_losses(DPT_SMOOTH_ABSOLUTE, parameter, p, targets, targetStride); break;
    case DPT_BINARY: value_losses(DPT_BINARY, parameter, p, targets, targetStride); break;
  }
}

#endif
