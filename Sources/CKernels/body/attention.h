// Attention pooling: the mean of a sample's steps, weighted by the softmax (softmax.h) of their scores. Means are chains over
// ascending steps; a product within a row is made in sixteen lanes, which are added in ascending order.
#ifndef DPT_ATTENTION_H
#define DPT_ATTENTION_H

#include "softmax.h"

// The rows of a sample: the first, how far the next is behind it, and their number; and where their weights start.
typedef struct {
  long first, distance, steps, weights;
} attended_steps;

DPT_INLINE attended_steps steps_of(const dpt_attention *p, long sample) {
  if (!p->starts) return (attended_steps){sample, p->batch, p->steps, sample * p->steps};
  const long first = p->starts[sample];
  return (attended_steps){first, 1, p->starts[sample + 1] - first, first};
}

// Σ a · b.
#define DPT_PRODUCT_OF_ROWS(TYPE)                                                       \
  DPT_OVERLOADED float product_of_rows(const TYPE *a, const TYPE *b, long columns) {    \
    v16 sums = splat(0.0f);                                                             \
    for (long k = 0; k < columns; k += DPT_LANES)                                       \
      sums = fma16(load_some(a + k, columns - k), load_some(b + k, columns - k), sums); \
    return sum_of_lanes(sums);                                                          \
  }
DPT_PRODUCT_OF_ROWS(float)
DPT_PRODUCT_OF_ROWS(bfloat16)
#undef DPT_PRODUCT_OF_ROWS

static void attention_pool(const dpt_attention *p, void *means, long yStride) {
  const element *x = p->x, *scores = p->scores;
  element *y = means;
  for (long sample = 0; sample < p->batch; sample++) {
    const attended_steps s = steps_of(p, sample);
    // The softmax writes whole groups of lanes; what is too much is overwritten by the next sample's weights.
    float *weights = p->weights + s.weights;
    for (long t = 0; t < s.steps; t++) weights[t] = get(scores + (s.first + t * s.distance) * p->scoreStride);
    if (s.steps > 0) {
      const float sum = sum_of_exponentials(weights, s.steps, largest(weights, s.steps), weights);
      for (long t = 0; t < s.steps; t++) weights[t] /= sum;
    }
    for (long c = 0; c < p->columns; c += DPT_LANES) {
      v16 mean = splat(0.0f);
      for (long t = 0; t < s.steps; t++) {
        const element *step = x + (s.first + t * s.distance) * p->xStride + c;
        mean = fma16(splat(weights[t]), load_some(step, p->columns - c), mean);
      }
      store(y + sample * yStride + c, mean);
    }
  }
}

// ∂ℓ/∂weight[t] = dy · x[t], and ∂ℓ/∂score[t] = weight[t] (∂ℓ/∂weight[t] − Σ weight ⊙ ∂ℓ/∂weight).
static void attention_pool_back(const dpt_attention *p, const dpt_attention_gradient *g) {
  const element *x = p->x, *gradients = g->dy;
  element *scores = g->scores, *dx = g->dx;
  for (long sample = 0; sample < p->batch; sample++) {
    const attended_steps s = steps_of(p, sample);
    const float *weights = p->weights + s.weights;
    const element *dy = gradients + sample * g->dyStride;
    for (long t = 0; t < s.steps; t++)
      g->scratch[t] = product_of_rows(dy, x + (s.first + t * s.distance) * p->xStride, p->columns);
    const float mean = product_of_rows(weights, g->scratch, s.steps);
    for (long t = 0; t < s.steps; t++) {
      const long row = s.first + t * s.distance;
      store(scores + row * g->scoreStride, first_lanes(splat(weights[t] * (g->scratch[t] - mean)), 1));
      if (!dx) continue;
      for (long c = 0; c < p->columns; c += DPT_LANES)
        store(dx + row * g->dxStride + c, splat(weights[t]) * load_some(dy + c, p->columns - c));
    }
  }
}

#endif
