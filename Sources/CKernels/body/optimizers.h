// The optimizers' updates, element by element. Hyperparameters are doubles, rounded to float once.
#ifndef DPT_OPTIMIZERS_H
#define DPT_OPTIMIZERS_H

#include "vector.h"

static void sgd(float *w, const float *g, float *velocities, long n, const dpt_sgd_step *s) {
  const v16 rate = splat((float)-s->learningRate), inertia = splat((float)s->momentum);
  const v16 decay = splat((float)s->weightDecay);
  const bool decays = s->weightDecay != 0, nesterov = s->nesterov, first = s->first;
  for (long i = 0; i < n; i += DPT_LANES) {
    const long valid = n - i;
    v16 weight = load_some(w + i, valid);
    v16 step = load_some(g + i, valid);
    if (decays) step = fma16(decay, weight, step);
    if (velocities) {
      v16 velocity = first ? step : fma16(inertia, load_some(velocities + i, valid), step);
      store_some(velocities + i, velocity, valid);
      step = nesterov ? fma16(inertia, velocity, step) : velocity;
    }
    store_some(w + i, fma16(rate, step, weight), valid);
  }
}

static void rmsprop(float *w, const float *g, float *v, float *mean, float *velocity, long n,
                    const dpt_rmsprop_step *s) {
  const v16 rate = splat((float)-s->learningRate), keep = splat((float)s->alpha), take = splat((float)(1 - s->alpha));
  const v16 small = splat((float)s->epsilon), decay = splat((float)s->weightDecay);
  const v16 inertia = splat((float)s->momentum), zero = splat(0.0f);
  for (long i = 0; i < n; i += DPT_LANES) {
    const long valid = n - i;
    v16 weight = load_some(w + i, valid);
    v16 step = load_some(g + i, valid);
    if (s->weightDecay != 0) step = fma16(decay, weight, step);
    v16 square = fma16(take * step, step, keep * load_some(v + i, valid));
    store_some(v + i, square, valid);
    if (mean) {
      v16 center = load_some(mean + i, valid);
      center = fma16(take, step - center, center);
      store_some(mean + i, center, valid);
      square = fma16(-center, center, square);
      // Rounding may make a variance of zero negative.
      square = choose(square < zero, zero, square);
    }
    step = step / (sqrt16(square) + small);
    if (velocity) {
      step = fma16(inertia, load_some(velocity + i, valid), step);
      store_some(velocity + i, step, valid);
    }
    store_some(w + i, fma16(rate, step, weight), valid);
  }
}

// Adam's new running means of g and g².
typedef struct {
  v16 mean, square;
} moments;

DPT_INLINE moments next_moments(float *m, float *v, v16 g, long valid, const dpt_adam_step *s) {
  v16 mean = load_some(m, valid);
  mean = fma16(splat((float)(1 - s->beta1)), g - mean, mean);
  v16 square = splat((float)s->beta2) * load_some(v, valid);
  square = fma16(splat((float)(1 - s->beta2)) * g, g, square);
  store_some(m, mean, valid);
  store_some(v, square, valid);
  return (moments){mean, square};
}

static void adam(float *w, const float *g, float *m, float *v, long n, const dpt_adam_step *s, bool decoupled) {
  const v16 rate = splat((float)(-s->learningRate / s->correction1)), small = splat((float)s->epsilon);
  const v16 root = splat((float)sqrt(s->correction2)), decay = splat((float)s->weightDecay);
  const v16 kept = splat((float)(1 - s->learningRate * s->weightDecay));
  for (long i = 0; i < n; i += DPT_LANES) {
    const long valid = n - i;
    v16 weight = load_some(w + i, valid);
    v16 step = load_some(g + i, valid);
    if (s->weightDecay != 0) {
      if (decoupled) weight = kept * weight;
      else step = fma16(decay, weight, step);
    }
    moments now = next_moments(m + i, v + i, step, valid, s);
    store_some(w + i, fma16(rate, now.mean / (sqrt16(now.square) / root + small), weight), valid);
  }
}

static void lamb_direction(const float *w, const float *g, float *m, float *v, float *direction, long n,
                           const dpt_adam_step *s) {
  const v16 meanShare = splat((float)s->correction1), squareShare = splat((float)s->correction2);
  const v16 small = splat((float)s->epsilon), decay = splat((float)s->weightDecay);
  for (long i = 0; i < n; i += DPT_LANES) {
    const long valid = n - i;
    moments now = next_moments(m + i, v + i, load_some(g + i, valid), valid, s);
    v16 step = (now.mean / meanShare) / (sqrt16(now.square / squareShare) + small);
    store_some(direction + i, fma16(decay, load_some(w + i, valid), step), valid);
  }
}

static void lars(float *w, const float *g, float *velocity, long n, double rate, double momentum, double weightDecay) {
  const v16 scale = splat((float)rate), inertia = splat((float)momentum), decay = splat((float)weightDecay);
  for (long i = 0; i < n; i += DPT_LANES) {
    const long valid = n - i;
    v16 weight = load_some(w + i, valid);
    v16 step = scale * fma16(decay, weight, load_some(g + i, valid));
    step = fma16(inertia, load_some(velocity + i, valid), step);
    store_some(velocity + i, step, valid);
    store_some(w + i, weight - step, valid);
  }
}

#endif
