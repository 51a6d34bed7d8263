// Whole sequences of recurrent steps: the small recurrent product and the gates, step by step, for a block of samples
// that stays in L1. Gate order and formulas are PyTorch's (LSTM: Hochreiter & Schmidhuber 1997 with the forget gate
// of Gers et al. 2000; RNN: Elman 1990).
#ifndef DPT_RECURRENT_H
#define DPT_RECURRENT_H

#include "elementary.h"
#include "gemm.h"

// Samples of one block: few enough for L1, enough for whole tiles.
#define DPT_SAMPLE_BLOCK 48

DPT_INLINE dpt_product recurrent_product(const dpt_recurrence *r, long gates, long t, long first, long rows) {
  const long width = gates * r->padded;
  return (dpt_product){
      .a = r->h + (t * r->batch + first) * r->padded, .aStride = r->padded,
      .segments = 1, .segmentLength = r->hidden,
      .b = r->recurrent,
      .c = r->gates + (t * r->batch + first) * width, .cStride = width,
      .rows = rows, .columns = width, .start = DPT_START_OUTPUT,
  };
}

// dh = dGates[t] · W_hh, for the samples of one block.
DPT_INLINE void recurrent_product_back(const dpt_recurrence *r, long gates, long t, long first, long rows) {
  const long width = gates * r->padded;
  dpt_product p = {
      .a = r->gates + (t * r->batch + first) * width, .aStride = width,
      .segments = gates, .segmentLength = r->hidden, .segmentStride = r->padded,
      .b = r->recurrentBack,
      .c = r->dh + first * r->padded, .cStride = r->padded,
      .rows = rows, .columns = r->padded, .start = DPT_START_ZERO,
  };
  multiply(&p);
}

// The gradient that arrives at step t of sample b from above, or NULL.
DPT_INLINE const float *gradient_from_above(const dpt_recurrence *r, long t, long b) {
  if (r->gradAll) return r->gradAll + (t * r->batch + b) * r->gradStride;
  const long last = r->lengths ? r->lengths[b] - 1 : r->steps - 1;
  return t == last ? r->gradLast + b * r->gradStride : NULL;
}

static void lstm_forward(const dpt_recurrence *r) {
  const long width = 4 * r->padded, P = r->padded;
  const long block = tile_height(r->batch, DPT_SAMPLE_BLOCK);
  for (long first = 0; first < r->batch; first += block) {
    const long rows = r->batch - first < block ? r->batch - first : block;
    for (long t = 0; t < r->steps; t++) {
      dpt_product p = recurrent_product(r, 4, t, first, rows);
      multiply(&p);
      for (long b = first; b < first + rows; b++) {
        float *gates = r->gates + (t * r->batch + b) * width;
        const float *before = r->c + (t * r->batch + b) * P;
        const long after = ((t + 1) * r->batch + b) * P;
        float *tanhC = r->tanhC + (t * r->batch + b) * P;
        for (long j = 0; j < P; j += DPT_LANES) {
          v16 i = sigmoid16(load(gates + j));
          v16 f = sigmoid16(load(gates + P + j));
          v16 g = tanh16(load(gates + 2 * P + j));
          v16 o = sigmoid16(load(gates + 3 * P + j));
          v16 c = fma16(f, load(before + j), i * g);
          v16 squashed = tanh16(c);
          store(gates + j, i);
          store(gates + P + j, f);
          store(gates + 2 * P + j, g);
          store(gates + 3 * P + j, o);
          store(r->c + after + j, c);
          store(tanhC + j, squashed);
          store(r->h + after + j, o * squashed);
        }
      }
    }
  }
}

static void lstm_backward(const dpt_recurrence *r) {
  const long width = 4 * r->padded, P = r->padded;
  const long block = tile_height(r->batch, DPT_SAMPLE_BLOCK);
  const v16 one = splat(1.0f);
  for (long first = 0; first < r->batch; first += block) {
    const long rows = r->batch - first < block ? r->batch - first : block;
    memset(r->dh + first * P, 0, (size_t)(rows * P) * sizeof(float));
    memset(r->dc + first * P, 0, (size_t)(rows * P) * sizeof(float));
    for (long t = r->steps - 1; t >= 0; t--) {
      for (long b = first; b < first + rows; b++) {
        float *gates = r->gates + (t * r->batch + b) * width;
        const float *before = r->c + (t * r->batch + b) * P;
        const float *tanhC = r->tanhC + (t * r->batch + b) * P;
        const float *above = gradient_from_above(r, t, b);
        for (long j = 0; j < P; j += DPT_LANES) {
          v16 dh = load(r->dh + b * P + j);
          if (above) dh += load(above + j);
          v16 i = load(gates + j), f = load(gates + P + j);
          v16 g = load(gates + 2 * P + j), o = load(gates + 3 * P + j);
          v16 squashed = load(tanhC + j);
          v16 dc = fma16(dh * o, fma16(-squashed, squashed, one), load(r->dc + b * P + j));
          store(gates + j, dc * g * (i * (one - i)));
          store(gates + P + j, dc * load(before + j) * (f * (one - f)));
          store(gates + 2 * P + j, dc * i * fma16(-g, g, one));
          store(gates + 3 * P + j, dh * squashed * (o * (one - o)));
          store(r->dc + b * P + j, dc * f);
        }
      }
      if (t > 0) recurrent_product_back(r, 4, t, first, rows);
    }
  }
}

DPT_INLINE void rnn_forward_with(const dpt_recurrence *r, bool relu) {
  const long P = r->padded;
  const long block = tile_height(r->batch, DPT_SAMPLE_BLOCK);
  for (long first = 0; first < r->batch; first += block) {
    const long rows = r->batch - first < block ? r->batch - first : block;
    for (long t = 0; t < r->steps; t++) {
      dpt_product p = recurrent_product(r, 1, t, first, rows);
      multiply(&p);
      const float *before = r->gates + (t * r->batch + first) * P;
      float *h = r->h + ((t + 1) * r->batch + first) * P;
      for (long j = 0; j < rows * P; j += DPT_LANES) {
        v16 x = load(before + j);
        store(h + j, relu ? choose(x < splat(0.0f), splat(0.0f), x) : tanh16(x));
      }
    }
  }
}

DPT_INLINE void rnn_backward_with(const dpt_recurrence *r, bool relu) {
  const long P = r->padded;
  const long block = tile_height(r->batch, DPT_SAMPLE_BLOCK);
  for (long first = 0; first < r->batch; first += block) {
    const long rows = r->batch - first < block ? r->batch - first : block;
    memset(r->dh + first * P, 0, (size_t)(rows * P) * sizeof(float));
    for (long t = r->steps - 1; t >= 0; t--) {
      for (long b = first; b < first + rows; b++) {
        float *gradient = r->gates + (t * r->batch + b) * P;
        const float *h = r->h + ((t + 1) * r->batch + b) * P;
        const float *above = gradient_from_above(r, t, b);
        for (long j = 0; j < P; j += DPT_LANES) {
          v16 dh = load(r->dh + b * P + j);
          if (above) dh += load(above + j);
          v16 y = load(h + j);
          store(gradient + j, relu ? choose(y > splat(0.0f), dh, splat(0.0f)) : dh * fma16(-y, y, splat(1.0f)));
        }
      }
      if (t > 0) recurrent_product_back(r, 1, t, first, rows);
    }
  }
}

static void rnn_forward(const dpt_recurrence *r, bool relu) {
  if (relu) rnn_forward_with(r, true);
  else rnn_forward_with(r, false);
}

static void rnn_backward(const dpt_recurrence *r, bool relu) {
  if (relu) rnn_backward_with(r, true);
  else rnn_backward_with(r, false);
}

#endif
