// The plain recurrent cell (Elman 1990), with tanh or ReLU.
#ifndef DPT_RECURRENT_RNN_H
#define DPT_RECURRENT_RNN_H

#include "recurrent_ragged.h"

static const cell_layout kRNN = {.groups = 1, .firstRecurrent = 0, .recurrent = 1, .biased = -1, .direct = false};

DPT_INLINE void rnn_cell_with(long P, cell_rows at, bool relu) {
  for (long j = 0; j < P; j += DPT_LANES) {
    v16 x = load(at.sums + j);
    store_kept(at.h, at.sums, j, relu ? choose(x < splat(0.0f), splat(0.0f), x) : tanh16(x));
  }
  keep_row(at.h, at.sums, P);
}

DPT_INLINE void rnn_cell_back_with(long P, cell_rows at, float *dh, const element *above, bool relu) {
  for (long j = 0; j < P; j += DPT_LANES) {
    v16 dState = state_gradient(dh, above, j);
    v16 y = load(at.h + j);
    store_kept(at.gates, at.sums, j,
               relu ? choose(y > splat(0.0f), dState, splat(0.0f)) : dState * fma16(-y, y, splat(1.0f)));
  }
  keep_row(at.gates, at.sums, P);
}

DPT_INLINE void relu_cell(long P, cell_rows at) { rnn_cell_with(P, at, true); }
DPT_INLINE void tanh_cell(long P, cell_rows at) { rnn_cell_with(P, at, false); }
DPT_INLINE void relu_cell_back(long P, cell_rows at, float *dh, float *dc, const element *above) {
  (void)dc;
  rnn_cell_back_with(P, at, dh, above, true);
}
DPT_INLINE void tanh_cell_back(long P, cell_rows at, float *dh, float *dc, const element *above) {
  (void)dc;
  rnn_cell_back_with(P, at, dh, above, false);
}

static void rnn_forward(const dpt_recurrence *r, bool relu) {
  if (relu) run_forward(r, kRNN, relu_cell);
  else run_forward(r, kRNN, tanh_cell);
}

static void rnn_backward(const dpt_recurrence *r, bool relu) {
  if (relu) run_backward(r, kRNN, relu_cell_back);
  else run_backward(r, kRNN, tanh_cell_back);
}

#endif
