// The gated recurrent unit (Cho et al. 2014) in PyTorch's form. A row holds n, r, z and m = W_hn h + b_hn in this order, so
// that both the groups that inputs add to (n, r, z) and those that states add to (r, z, m) are contiguous.
#ifndef DPT_RECURRENT_GRU_H
#define DPT_RECURRENT_GRU_H

#include "recurrent_ragged.h"

static const cell_layout kGRU = {.groups = 4, .firstRecurrent = 1, .recurrent = 3, .biased = 3, .direct = true};

DPT_INLINE void gru_cell(long P, cell_rows at) {
  const float *sums = at.sums, *gates = activated(at);
  // Function by function, so that the chains of several groups overlap and the constants stay in registers.
  for (long j = P; j < 3 * P; j += DPT_LANES) store_gate(at, j, sigmoid16(load(sums + j)));
  for (long j = 0; j < P; j += DPT_LANES) {
    v16 reset = load(gates + P + j), keep = load(gates + 2 * P + j);
    v16 m = load(sums + 3 * P + j);
    v16 n = tanh16(fma16(reset, m, load(sums + j)));
    v16 before = state_before(at, j);
    store_gate(at, j, n);
    store_kept(at.gates, at.sums, 3 * P + j, m);
    store_state(at, j, fma16(keep, before - n, n));
  }
  keep_row(at.gates, sums, 4 * P);
  keep_row(at.h, at.state, P);
}

DPT_INLINE void gru_cell_back(long P, cell_rows at, float *dh, float *dc, const element *above) {
  (void)dc;
  const v16 one = splat(1.0f);
  element *gates = at.gates;
  for (long j = 0; j < P; j += DPT_LANES) {
    v16 dState = state_gradient(dh, above, j);
    v16 n = load(gates + j), reset = load(gates + P + j), keep = load(gates + 2 * P + j);
    v16 dN = dState * (one - keep) * fma16(-n, n, one);
    store_kept(gates, at.sums, j, dN);
    store_kept(gates, at.sums, P + j, dN * load(gates + 3 * P + j) * (reset * (one - reset)));
    store_kept(gates, at.sums, 2 * P + j, dState * (load(at.hBefore + j) - n) * (keep * (one - keep)));
    store_kept(gates, at.sums, 3 * P + j, dN * reset);
    store(dh + j, dState * keep);
  }
  keep_row(gates, at.sums, 4 * P);
}

static void gru_forward(const dpt_recurrence *r) { run_forward(r, kGRU, gru_cell); }
static void gru_backward(const dpt_recurrence *r) { run_backward(r, kGRU, gru_cell_back); }

#endif
