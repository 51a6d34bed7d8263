// Long short-term memory; gates i, f, g, o as PyTorch orders them.
#ifndef DPT_RECURRENT_LSTM_H
#define DPT_RECURRENT_LSTM_H

#include "recurrent_ragged.h"

static const cell_layout kLSTM = {.groups = 4, .firstRecurrent = 0, .recurrent = 4, .biased = -1, .direct = false};

DPT_INLINE void lstm_cell(long P, cell_rows at) {
  float *sums = at.sums;
  const float *gates = activated(at);
  // Function by function, so that the chains of several groups overlap and the constants stay in registers.
  for (long j = 0; j < 2 * P; j += DPT_LANES) store_gate(at, j, sigmoid16(load(sums + j)));
  for (long j = 2 * P; j < 3 * P; j += DPT_LANES) store_gate(at, j, tanh16(load(sums + j)));
  for (long j = 3 * P; j < 4 * P; j += DPT_LANES) store_gate(at, j, sigmoid16(load(sums + j)));
  keep_row(at.gates, sums, 4 * P);
  // From here on i and f make room for what waits.
  for (long j = 0; j < P; j += DPT_LANES) {
    v16 i = load(gates + j), f = load(gates + P + j);
    v16 g = load(gates + 2 * P + j), o = load(gates + 3 * P + j);
    v16 c = fma16(f, load(at.cBefore + j), i * g);
    v16 squashed = tanh16(c);
    store(at.c + j, c);
    store_kept(at.tanhC, sums, j, squashed);
    store_kept(at.h, sums + P, j, o * squashed);
  }
  keep_row(at.tanhC, sums, P);
  keep_row(at.h, sums + P, P);
}

DPT_INLINE void lstm_cell_back(long P, cell_rows at, float *dh, float *dc, const element *above) {
  const v16 one = splat(1.0f);
  element *gates = at.gates;
  for (long j = 0; j < P; j += DPT_LANES) {
    v16 dState = state_gradient(dh, above, j);
    v16 i = load(gates + j), f = load(gates + P + j);
    v16 g = load(gates + 2 * P + j), o = load(gates + 3 * P + j);
    v16 squashed = load(at.tanhC + j);
    v16 dCell = fma16(dState * o, fma16(-squashed, squashed, one), load(dc + j));
    store_kept(gates, at.sums, j, dCell * g * (i * (one - i)));
    store_kept(gates, at.sums, P + j, dCell * load(at.cBefore + j) * (f * (one - f)));
    store_kept(gates, at.sums, 2 * P + j, dCell * i * fma16(-g, g, one));
    store_kept(gates, at.sums, 3 * P + j, dState * squashed * (o * (one - o)));
    store(dc + j, dCell * f);
  }
  keep_row(gates, at.sums, 4 * P);
}

static void lstm_forward(const dpt_recurrence *r) { run_forward(r, kLSTM, lstm_cell); }
static void lstm_backward(const dpt_recurrence *r) { run_backward(r, kLSTM, lstm_cell_back); }

#endif
