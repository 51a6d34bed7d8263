// Elementwise passes over flat vectors: scaling, norms and the optimizers' updates.
#ifndef DPT_FLAT_H
#define DPT_FLAT_H

#include "vector.h"

static void divide(float *x, long n, float divisor) {
  for (long i = 0; i < n; i += DPT_LANES) store_some(x + i, load_some(x + i, n - i) / splat(divisor), n - i);
}

static void scale(float *x, long n, float factor) {
  for (long i = 0; i < n; i += DPT_LANES) store_some(x + i, load_some(x + i, n - i) * splat(factor), n - i);
}

static double sum_of_squares(const float *x, long n) {
  double total = 0;
  for (long block = 0; block < n; block += 1024) {
    const long end = n - block < 1024 ? n : block + 1024;
    v16 sum = splat(0.0f);
    for (long i = block; i < end; i += DPT_LANES) {
      v16 v = load_some(x + i, end - i);
      sum = fma16(v, v, sum);
    }
    for (int l = 0; l < DPT_LANES; l++) total += (double)sum[l];
  }
  return total;
}

static void sgd(float *w, const float *g, float *buffer, long n, double learningRate, double momentum,
                double weightDecay, bool nesterov, bool first) {
  const v16 rate = splat((float)-learningRate), inertia = splat((float)momentum), decay = splat((float)weightDecay);
  for (long i = 0; i < n; i += DPT_LANES) {
    const long valid = n - i;
    v16 weight = load_some(w + i, valid);
    v16 step = load_some(g + i, valid);
    if (weightDecay != 0) step = fma16(decay, weight, step);
    if (buffer) {
      v16 velocity = first ? step : fma16(inertia, load_some(buffer + i, valid), step);
      store_some(buffer + i, velocity, valid);
      step = nesterov ? fma16(inertia, velocity, step) : velocity;
    }
    store_some(w + i, fma16(rate, step, weight), valid);
  }
}

static void rmsprop(float *w, const float *g, float *v, long n, double learningRate, double alpha, double epsilon,
                    double weightDecay) {
  const v16 rate = splat((float)-learningRate), keep = splat((float)alpha), take = splat((float)(1 - alpha));
  const v16 small = splat((float)epsilon), decay = splat((float)weightDecay);
  for (long i = 0; i < n; i += DPT_LANES) {
    const long valid = n - i;
    v16 weight = load_some(w + i, valid);
    v16 step = load_some(g + i, valid);
    if (weightDecay != 0) step = fma16(decay, weight, step);
    v16 square = fma16(take * step, step, keep * load_some(v + i, valid));
    store_some(v + i, square, valid);
    store_some(w + i, fma16(rate, step / (sqrt16(square) + small), weight), valid);
  }
}

#endif
