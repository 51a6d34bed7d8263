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
// Backwards, the gradients of the sums wait in `sums`, if they are rounded.
typedef struct {
  float *sums;
  element *gates;
  const element *hBefore;
  const float *cBefore;
  element *h;
  float *c;
  element *tanhC;
  // Where the hidden state is kept as floats, of a cell with a direct path whose states are rounded; else NULL. Rounding it at
  // every step would lose small changes.
  float *state;
} cell_rows;

typedef void (*cell_forward)(long padded, cell_rows);
typedef void (*cell_backward)(long padded, cell_rows, float *dh, float *dc, const element *above);

// Where the cell has its activated gates, as floats: in the row of the gates, or where their sums were if that is rounded.
DPT_INLINE float *activated(cell_rows at) {
#if DPT_ROUNDED
  return at.sums;
#else
  return at.gates;
#endif
}

// Where rounding takes many instructions, it is not done between the long chains of a cell: values wait as floats until their
// row is complete.
#define DPT_ROUNDS_ROWS (DPT_ROUNDED && !DPT_PAIRED)

// Writes values of a row that is kept, or that waits.
DPT_INLINE void store_kept(element *row, float *waiting, long j, v16 values) {
  if (DPT_ROUNDS_ROWS) store(waiting + j, values);
  else store(row + j, values);
}
// Rounds a row that waits.
DPT_INLINE void keep_row(element *row, const float *waiting, long n) {
  if (!DPT_ROUNDS_ROWS) return;
  for (long j = 0; j < n; j += DPT_LANES) store(row + j, load(waiting + j));
}

// Writes activated gates for the cell, and for the backward pass unless they wait.
DPT_INLINE void store_gate(cell_rows at, long j, v16 gate) {
  store(activated(at) + j, gate);
  if (DPT_ROUNDED) store_kept(at.gates, at.sums, j, gate);
}
// The hidden state before a step, forwards.
DPT_INLINE v16 state_before(cell_rows at, long j) { return DPT_ROUNDED ? load(at.state + j) : load(at.hBefore + j); }
// Writes the hidden state after it.
DPT_INLINE void store_state(cell_rows at, long j, v16 h) {
  store_kept(at.h, at.state, j, h);
  if (DPT_ROUNDED) store(at.state + j, h);
}

// The step at position `i` in the direction of the recurrence.
DPT_INLINE long step_at(const dpt_recurrence *r, long i) { return r->reverse ? r->steps - 1 - i : i; }

// The blocks of the states before and after step t.
DPT_INLINE long block_before(const dpt_recurrence *r, long t) { return r->reverse ? t + 1 : t; }
DPT_INLINE long block_after(const dpt_recurrence *r, long t) { return r->reverse ? t : t + 1; }

DPT_INLINE cell_rows rows_at(const dpt_recurrence *r, cell_layout cell, long t, long b) {
  const long P = r->padded, row = t * r->batch + b;
  const long before = (block_before(r, t) * r->batch + b) * P, after = (block_after(r, t) * r->batch + b) * P;
  element *gates = (element *)r->gates + row * cell.groups * P, *h = r->h;
  cell_rows at = {.gates = gates, .hBefore = h + before, .h = h + after};
#if !DPT_ROUNDED
  at.sums = gates;
#endif
  if (!r->c) return at;
  at.cBefore = r->c + before;
  at.c = r->c + after;
  at.tanhC = (element *)r->tanhC + row * P;
  return at;
}

// The gradient that arrives at step t of sample b from above, or NULL.
DPT_INLINE const element *gradient_from_above(const dpt_recurrence *r, long t, long b) {
  if (r->gradAll) return (const element *)r->gradAll + (t * r->batch + b) * r->gradStride;
  return t == (r->reverse ? 0 : r->steps - 1) ? (const element *)r->gradLast + b * r->gradStride : NULL;
}

// Whether inputs and state add to the same groups, so that one product computes both.
DPT_INLINE bool adds_at_once(cell_layout cell) { return cell.firstRecurrent == 0 && cell.recurrent == cell.groups; }

// The rows that the forward pass writes at step t, of `rows` samples from `first` on.
DPT_INLINE prefetch_list rows_written(const dpt_recurrence *r, cell_layout cell, long t, long first, long rows) {
  const cell_rows at = rows_at(r, cell, t, first);
  const long P = r->padded;
  prefetch_list list = {.count = 0};
  add_values_stretch(&list, at.gates, rows * cell.groups * P);
  add_values_stretch(&list, at.h, rows * P);
  if (!r->c) return list;
  add_stretch(&list, at.c, rows * P);
  add_values_stretch(&list, at.tanhC, rows * P);
  return list;
}

// The rows that the backward pass reads at step t, but for the gradient from above.
DPT_INLINE prefetch_list rows_read(const dpt_recurrence *r, cell_layout cell, long t, long first, long rows) {
  const cell_rows at = rows_at(r, cell, t, first);
  const long P = r->padded;
  prefetch_list list = {.count = 0};
  add_values_stretch(&list, at.gates, rows * cell.groups * P);
  if (r->c) {
    add_stretch(&list, at.cBefore, rows * P);
    add_values_stretch(&list, at.tanhC, rows * P);
  } else {
    add_values_stretch(&list, at.hBefore, rows * P);
  }
  return list;
}

// The memory of a block of samples, of rounded values: the steps' sums, the hidden states as floats, and rows in slots.
typedef struct {
  float *sums, *states, *inputs, *hidden;
} block_memory;

DPT_INLINE block_memory divide_scratch(const dpt_recurrence *r, cell_layout cell) {
  block_memory m = {.sums = r->scratch};
  if (!DPT_ROUNDED) return m;
  m.states = m.sums + DPT_SAMPLE_BLOCK * cell.groups * r->padded;
  m.hidden = m.states + DPT_SAMPLE_BLOCK * r->padded;
  m.inputs = m.hidden + DPT_SAMPLE_BLOCK * cell.groups * r->padded;
  return m;
}

DPT_INLINE size_t even_scratch(long inputs, long padded, long groups) {
  return DPT_ROUNDED ? (size_t)(DPT_SAMPLE_BLOCK * ((2 * groups + 1) * padded + padded_to_lanes(inputs))) : 0;
}

// Rows of values in slots: where they lie, or in `scratch`.
DPT_INLINE slot_rows recurrent_slots(const element *values, long stride, long rows, long segments, long length,
                                     long segmentStride, float *scratch) {
#if DPT_ROUNDED
  if (!(lie_in_slots(length, stride) && segmentStride % 2 == 0))
    return rows_in_slots(values, stride, rows, segments, length, segmentStride, scratch);
  return (slot_rows){(const float *)values, stride / 2, segmentStride / 2};
#else
  (void)rows, (void)segments, (void)length, (void)scratch;
  return (slot_rows){values, stride, segmentStride};
#endif
}

// Where the sums of `rows` samples from `first` on are made at step t.
DPT_INLINE float *sums_at(const dpt_recurrence *r, cell_layout cell, const block_memory *m, long t, long first) {
#if DPT_ROUNDED
  (void)r, (void)cell, (void)t, (void)first;
  return m->sums;
#else
  (void)m;
  return (float *)r->gates + (t * r->batch + first) * cell.groups * r->padded;
#endif
}

// sums = bias + x[t] · W_xᵀ (+ h[before] · W_hᵀ if that adds to the same groups), for `rows` samples from `first` on. They
// stay in L1 for the cell.
DPT_INLINE void start_from_inputs(const dpt_recurrence *r, cell_layout cell, const block_memory *m, long t, long first,
                                  long rows, prefetch_list *list) {
  const long row = t * r->batch + first, width = cell.groups * r->padded;
  const bool both = adds_at_once(cell);
  const slot_rows x = recurrent_slots((const element *)r->x + row * r->xStride, r->xStride, rows, 1, r->inputs, 0, m->inputs);
  slot_product p = {
      .rule = DPT_RULE, .a = x.at, .aStride = x.row,
      .segments = 1, .segmentLength = slots_of(r->inputs),
      .b = r->inputWeights, .bias = r->bias,
      .c = sums_at(r, cell, m, t, first), .cStride = width,
      .rows = rows, .columns = r->inputColumns, .start = DPT_START_BIAS,
  };
  if (both) {
    const slot_rows h = recurrent_slots((const element *)r->h + (block_before(r, t) * r->batch + first) * r->padded,
                                        r->padded, rows, 1, r->hidden, 0, m->hidden);
    p.a2 = h.at, p.a2Stride = h.row, p.inner2 = slots_of(r->hidden), p.b2 = r->recurrent;
  }
  multiply_and_prefetch(&p, list);
}

// sums += h[before] · W_hᵀ, for `rows` samples from `first` on.
DPT_INLINE void add_recurrent_product(const dpt_recurrence *r, cell_layout cell, const block_memory *m, long t, long first,
                                      long rows, prefetch_list *list) {
  const long P = r->padded, width = cell.groups * P;
  const slot_rows h = recurrent_slots((const element *)r->h + (block_before(r, t) * r->batch + first) * P, P, rows, 1,
                                      r->hidden, 0, m->hidden);
  slot_product p = {
      .rule = DPT_RULE, .a = h.at, .aStride = h.row,
      .segments = 1, .segmentLength = slots_of(r->hidden),
      .b = r->recurrent,
      .c = sums_at(r, cell, m, t, first) + cell.firstRecurrent * P, .cStride = width,
      .rows = rows, .columns = cell.recurrent * P, .start = DPT_START_OUTPUT,
  };
  multiply_and_prefetch(&p, list);
}

// dh = dGates[t] · W_h, added to dh if the cell has a direct path.
DPT_INLINE void recurrent_product_back(const dpt_recurrence *r, cell_layout cell, const block_memory *m, long t, long first,
                                       long rows, prefetch_list *list) {
  const long P = r->padded, width = cell.groups * P;
  const element *gates = (const element *)r->gates + (t * r->batch + first) * width + cell.firstRecurrent * P;
  const slot_rows a = recurrent_slots(gates, width, rows, cell.recurrent, r->hidden, P, m->hidden);
  slot_product p = {
      .rule = DPT_RULE, .a = a.at, .aStride = a.row,
      .segments = cell.recurrent, .segmentLength = slots_of(r->hidden), .segmentStride = a.segment,
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
  const block_memory m = divide_scratch(r, layout);
  for (long first = r->firstSample; first < r->endSample; first += block) {
    const long rows = r->endSample - first < block ? r->endSample - first : block;
    if (DPT_ROUNDED && layout.direct && r->steps > 0)
      for (long b = 0; b < rows; b++)
        for (long j = 0; j < P; j += DPT_LANES)
          store(m.states + b * P + j, load(rows_at(r, layout, step_at(r, 0), first + b).hBefore + j));
    for (long i = 0; i < r->steps; i++) {
      const long t = step_at(r, i);
      const long next = r->fetchesAhead && i + 1 < r->steps ? step_at(r, i + 1) : -1;
      prefetch_list list = {.count = 0};
      if (next >= 0) list = rows_written(r, layout, next, first, rows);
      const bool both = adds_at_once(layout);
      start_from_inputs(r, layout, &m, t, first, rows, next >= 0 && both ? &list : NULL);
      if (layout.biased >= 0)
        for (long b = first; b < first + rows; b++) {
          float *group = sums_at(r, layout, &m, t, first) + ((b - first) * layout.groups + layout.biased) * P;
          for (long j = 0; j < P; j += DPT_LANES) store(group + j, load(r->bias + layout.biased * P + j));
        }
      if (!both) add_recurrent_product(r, layout, &m, t, first, rows, next >= 0 ? &list : NULL);
      for (long b = first; b < first + rows; b++) {
        cell_rows at = rows_at(r, layout, t, b);
        if (DPT_ROUNDED) {
          at.sums = m.sums + (b - first) * layout.groups * P;
          at.state = m.states + (b - first) * P;
        }
        apply_cell(cell, P, at);
      }
    }
  }
}

// The gradient of a state: that of later steps plus that from above.
DPT_INLINE v16 state_gradient(const float *dh, const element *above, long j) {
  v16 gradient = load(dh + j);
  return above ? gradient + load(above + j) : gradient;
}

// Copies the gradient of a state before the cell changes dh.
DPT_INLINE void keep_state_gradient(long padded, const float *dh, const element *above, float *kept) {
  for (long j = 0; j < padded; j += DPT_LANES) store(kept + j, state_gradient(dh, above, j));
}

DPT_INLINE void run_even_backward(const dpt_recurrence *r, cell_layout layout, cell_backward cell) {
  const long P = r->padded;
  const long block = tile_height(r->endSample - r->firstSample, DPT_SAMPLE_BLOCK);
  const block_memory m = divide_scratch(r, layout);
  for (long first = r->firstSample; first < r->endSample; first += block) {
    const long rows = r->endSample - first < block ? r->endSample - first : block;
    clear_lanes(r->dh + first * P, rows * P);
    if (r->dc) clear_lanes(r->dc + first * P, rows * P);
    for (long i = r->steps - 1; i >= 0; i--) {
      const long t = step_at(r, i);
      if (r->stateGradients)
        for (long b = first; b < first + rows; b++)
          keep_state_gradient(P, r->dh + b * P, gradient_from_above(r, t, b), r->stateGradients + (t * r->batch + b) * P);
      for (long b = first; b < first + rows; b++) {
        cell_rows at = rows_at(r, layout, t, b);
        if (DPT_ROUNDED) at.sums = m.sums;
        cell(P, at, r->dh + b * P, r->dc ? r->dc + b * P : NULL, gradient_from_above(r, t, b));
      }
      if (i == 0) continue;
      prefetch_list list = {.count = 0};
      if (r->fetchesAhead) list = rows_read(r, layout, step_at(r, i - 1), first, rows);
      recurrent_product_back(r, layout, &m, t, first, rows, r->fetchesAhead ? &list : NULL);
    }
  }
}

#endif
