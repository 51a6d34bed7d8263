// The gated recurrence c = σ(W_c x + W_h h), h = c ⊙ h + (1 − c) ⊙ W_x x. A row holds c and v = W_x x.
#ifndef DPT_RECURRENT_GATED_H
#define DPT_RECURRENT_GATED_H

#include "recurrent_ragged.h"

static const cell_layout kGated = {.groups = 2, .firstRecurrent = 0, .recurrent = 1, .biased = -1, .direct = true};

DPT_INLINE void gated_cell(long P, cell_rows at) {
  for (long j = 0; j < P; j += DPT_LANES) {
    v16 keep = sigmoid16(load(at.sums + j));
    v16 v = load(at.sums + P + j);
    store_kept(at.gates, at.sums, j, keep);
    store_kept(at.gates, at.sums, P + j, v);
    store_state(at, j, fma16(keep, state_before(at, j) - v, v));
  }
  keep_row(at.gates, at.sums, 2 * P);
  keep_row(at.h, at.state, P);
}

DPT_INLINE void gated_cell_back(long P, cell_rows at, float *dh, float *dc, const element *above) {
  (void)dc;
  const v16 one = splat(1.0f);
  element *gates = at.gates;
  for (long j = 0; j < P; j += DPT_LANES) {
    v16 dState = state_gradient(dh, above, j);
    v16 keep = load(gates + j), v = load(gates + P + j);
    store_kept(gates, at.sums, j, dState * (load(at.hBefore + j) - v) * (keep * (one - keep)));
    store_kept(gates, at.sums, P + j, dState * (one - keep));
    store(dh + j, dState * keep);
  }
  keep_row(gates, at.sums, 2 * P);
}

static void gated_forward(const dpt_recurrence *r) { run_forward(r, kGated, gated_cell); }
static void gated_backward(const dpt_recurrence *r) { run_backward(r, kGated, gated_cell_back); }

#endif
