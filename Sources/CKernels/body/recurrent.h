// Runs whole sequences of recurrent steps: the small recurrent product and the gates, step by step, for a block of samples
// that stays in L1. Each cell has its own file; this one has the loops over steps and samples, and the products.
// recurrent_ragged.h has those of sequences of different lengths.
#ifndef DPT_RECURRENT_H
#define DPT_RECURRENT_H

#include "elementary.h"
#include "gemm.h"

// Samples of one block: few enough for L1, enough for whole tiles.
#define DPT_SAMPLE_BLOCK 48

// The layout of a cell's gates for the products; constant at every call.
typedef struct {
  // The number of groups of `padded` lanes in a row of the gates.
  long groups;
  // The first of the groups that the recurrent product adds to, and their number.
  long firstRecurrent, recurrent;
  // The group without inputs, which starts from its bias at every step; or −1.
  long biased;
  // Whether the state before also reaches the state after directly; the cell then leaves that share of dh in place.
  bool direct;
} cell_layout;

// One sample's step: its sums and its row of the gates, which may be the same, and the rows of the states before and after it.
typedef struct {
  const float *sums;
  float *gates;
  const float *hBefore, *cBefore;
  float *h, *c, *tanhC;
} cell_rows;

typedef void (*cell_forward)(long padded, cell_rows);
typedef void (*cell_backward)(long padded, cell_rows, float *dh, float *dc, const float *above);

// The step at position `i` in the direction of the recurrence.
DPT_INLINE long step_at(const dpt_recurrence *r, long i) { return r->reverse ? r->steps - 1 - i : i; }

// The blocks of the states before and after step t.
DPT_INLINE long block_before(const dpt_recurrence *r, long t) { return r->reverse ? t + 1 : t; }
DPT_INLINE long block_after(const dpt_recurrence *r, long t) { return r->reverse ? t : t + 1; }

DPT_INLINE cell_rows rows_at(const dpt_recurrence *r, cell_layout cell, long t, long b) {
  const long P = r->padded, row = t * r->batch + b;
  const long before = (block_before(r, t) * r->batch + b) * P, after = (block_after(r, t) * r->batch + b) * P;
  float *gates = r->gates + row * cell.groups * P;
  if (!r->c) return (cell_rows){gates, gates, r->h + before, NULL, r->h + after, NULL, NULL};
  return (cell_rows){gates, gates, r->h + before, r->c + before, r->h + after, r->c + after, r->tanhC + row * P};
}

// The gradient that arrives at step t of sample b from above, or NULL.
DPT_INLINE const float *gradient_from_above(const dpt_recurrence *r, long t, long b) {
  if (r->gradAll) return r->gradAll + (t * r->batch + b) * r->gradStride;
  return t == (r->reverse ? 0 : r->steps - 1) ? r->gradLast + b * r->gradStride : NULL;
}

// Whether inputs and state add to the same groups, so that one product computes both.
DPT_INLINE bool adds_at_once(cell_layout cell) { return cell.firstRecurrent == 0 && cell.recurrent == cell.groups; }

// The rows that the forward pass writes at step t, of `rows` samples from `first` on.
DPT_INLINE prefetch_list rows_written(const dpt_recurrence *r, cell_layout cell, long t, long first, long rows) {
  const cell_rows at = rows_at(r, cell, t, first);
  const long P = r->padded;
  prefetch_list list = {.count = 0};
  add_stretch(&list, at.gates, rows * cell.groups * P);
  add_stretch(&list, at.h, rows * P);
  if (!r->c) return list;
  add_stretch(&list, at.c, rows * P);
  add_stretch(&list, at.tanhC, rows * P);
  return list;
}

// The rows that the backward pass reads at step t, but for the gradient from above.
DPT_INLINE prefetch_list rows_read(const dpt_recurrence *r, cell_layout cell, long t, long first, long rows) {
  const cell_rows at = rows_at(r, cell, t, first);
  const long P = r->padded;
  prefetch_list list = {.count = 0};
  add_stretch(&list, at.gates, rows * cell.groups * P);
  add_stretch(&list, r->c ? at.cBefore : at.hBefore, rows * P);
  if (r->c) add_stretch(&list, at.tanhC, rows * P);
  return list;
}

// gates[t] = bias + x[t] · W_xᵀ (+ h[before] · W_hᵀ if that adds to the same groups), for `rows` samples from `first` on. It
// stays in L1 for the cell.
DPT_INLINE void start_from_inputs(const dpt_recurrence *r, cell_layout cell, long t, long first, long rows,
                                  prefetch_list *list) {
  const long row = t * r->batch + first, width = cell.groups * r->padded;
  const bool both = adds_at_once(cell);
  dpt_product p = {
      .a = r->x + row * r->xStride, .aStride = r->xStride,
      .segments = 1, .segmentLength = r->inputs,
      .b = r->inputWeights, .bias = r->bias,
      .a2 = both ? r->h + (block_before(r, t) * r->batch + first) * r->padded : NULL, .a2Stride = r->padded,
      .inner2 = r->hidden, .b2 = r->recurrent,
      .c = r->gates + row * width, .cStride = width,
      .rows = rows, .columns = r->inputColumns, .start = DPT_START_BIAS,
  };
  multiply_and_prefetch(&p, list);
}

// gates[t] += h[before] · W_hᵀ, for `rows` samples from `first` on.
DPT_INLINE void add_recurrent_product(const dpt_recurrence *r, cell_layout cell, long t, long first, long rows,
                                      prefetch_list *list) {
  const long P = r->padded, width = cell.groups * P;
  dpt_product p = {
      .a = r->h + (block_before(r, t) * r->batch + first) * P, .aStride = P,
      .segments = 1, .segmentLength = r->hidden,
      .b = r->recurrent,
      .c = r->gates + (t * r->batch + first) * width + cell.firstRecurrent * P, .cStride = width,
      .rows = rows, .columns = cell.recurrent * P, .start = DPT_START_OUTPUT,
  };
  multiply_and_prefetch(&p, list);
}

// dh = dGates[t] · W_h, added to dh if the cell has a direct path.
DPT_INLINE void recurrent_product_back(const dpt_recurrence *r, cell_layout cell, long t, long first, long rows,
                                       prefetch_list *list) {
  const long P = r->padded, width = cell.groups * P;
  dpt_product p = {
      .a = r->gates + (t * r->batch + first) * width + cell.firstRecurrent * P, .aStride = width,
      .segments = cell.recurrent, .segmentLength = r->hidden, .segmentStride = P,
      .b = r->recurrentBack,
      .c = r->dh + first * P, .cStride = P,
      .rows = rows, .columns = P, .start = cell.direct ? DPT_START_OUTPUT : DPT_START_ZERO,
  };
  multiply_and_prefetch(&p, list);
}

// The cell for one sample. With one group of lanes a gate there are no loops.
DPT_INLINE void apply_cell(cell_forward cell, long padded, cell_rows at) {
  if (padded == DPT_LANES) cell(DPT_LANES, at);
  else cell(padded, at);
}

DPT_INLINE void clear_lanes(float *x, long n) {
  for (long j = 0; j < n; j += DPT_LANES) store(x + j, splat(0.0f));
}

DPT_INLINE void run_even_forward(const dpt_recurrence *r, cell_layout layout, cell_forward cell) {
  const long P = r->padded;
  const long block = tile_height(r->endSample - r->firstSample, DPT_SAMPLE_BLOCK);
  for (long first = r->firstSample; first < r->endSample; first += block) {
    const long rows = r->endSample - first < block ? r->endSample - first : block;
    for (long i = 0; i < r->steps; i++) {
      const long t = step_at(r, i);
      const long next = r->fetchesAhead && i + 1 < r->steps ? step_at(r, i + 1) : -1;
      prefetch_list list = {.count = 0};
      if (next >= 0) list = rows_written(r, layout, next, first, rows);
      const bool both = adds_at_once(layout);
      start_from_inputs(r, layout, t, first, rows, next >= 0 && both ? &list : NULL);
      if (layout.biased >= 0)
        for (long b = first; b < first + rows; b++) {
          float *group = r->gates + ((t * r->batch + b) * layout.groups + layout.biased) * P;
          for (long j = 0; j < P; j += DPT_LANES) store(group + j, load(r->bias + layout.biased * P + j));
        }
      if (!both) add_recurrent_product(r, layout, t, first, rows, next >= 0 ? &list : NULL);
      for (long b = first; b < first + rows; b++) apply_cell(cell, P, rows_at(r, layout, t, b));
    }
  }
}

// The gradient of a state: that of later steps plus that from above.
DPT_INLINE v16 state_gradient(const float *dh, const float *above, long j) {
  v16 gradient = load(dh + j);
  return above ? gradient + load(above + j) : gradient;
}

// Copies the gradient of a state before the cell changes dh.
DPT_INLINE void keep_state_gradient(long padded, const float *dh, const float *above, float *kept) {
  for (long j = 0; j < padded; j += DPT_LANES) store(kept + j, state_gradient(dh, above, j));
}

DPT_INLINE void run_even_backward(const dpt_recurrence *r, cell_layout layout, cell_backward cell) {
  const long P = r->padded;
  const long block = tile_height(r->endSample - r->firstSample, DPT_SAMPLE_BLOCK);
  for (long first = r->firstSample; first < r->endSample; first += block) {
    const long rows = r->endSample - first < block ? r->endSample - first : block;
    clear_lanes(r->dh + first * P, rows * P);
    if (r->dc) clear_lanes(r->dc + first * P, rows * P);
    for (long i = r->steps - 1; i >= 0; i--) {
      const long t = step_at(r, i);
      if (r->stateGradients)
        for (long b = first; b < first + rows; b++)
          keep_state_gradient(P, r->dh + b * P, gradient_from_above(r, t, b), r->stateGradients + (t * r->batch + b) * P);
      for (long b = first; b < first + rows; b++)
        cell(P, rows_at(r, layout, t, b), r->dh + b * P, r->dc ? r->dc + b * P : NULL, gradient_from_above(r, t, b));
      if (i == 0) continue;
      prefetch_list list = {.count = 0};
      if (r->fetchesAhead) list = rows_read(r, layout, step_at(r, i - 1), first, rows);
      recurrent_product_back(r, layout, t, first, rows, r->fetchesAhead ? &list : NULL);
    }
  }
}

#endif
