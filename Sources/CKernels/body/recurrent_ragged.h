// Recurrent steps of sequences of different lengths. Each sample's rows lie one after the other. A block of samples is
// arranged by length, so that those that still run come first: each step is a product over these alone, whose rows are gathered
// in a memory that stays in the caches. A sample begins at its own first step, or in reverse at its own last one.
//
// A state is one chain whatever other samples do, so bits do not depend on blocks.
#ifndef DPT_RECURRENT_RAGGED_H
#define DPT_RECURRENT_RAGGED_H

#include "recurrent.h"

// Samples of one block: more than with equal lengths, since few of them run to the end.
#define DPT_RAGGED_BLOCK 96

// A block of samples, the longest first, and what is gathered of them at the present step.
typedef struct {
  long rows, sample[DPT_RAGGED_BLOCK], length[DPT_RAGGED_BLOCK];
  // Rows in slots of the inputs and of the states before the step; of all groups' sums, or of their gradients in slots; the
  // hidden states as floats, of rounded values; and zeros.
  float *x, *h, *gates, *states, *zeros;
} ragged_block;

static size_t recurrent_scratch(dpt_precision precision, long inputs, long padded, long groups, bool isRagged) {
  (void)precision;
  if (!isRagged) return even_scratch(inputs, padded, groups);
  return (size_t)(DPT_RAGGED_BLOCK * (padded_to_lanes(inputs) + (groups + (DPT_ROUNDED ? 2 : 1)) * padded) + padded);
}

// Samples first ..< first + rows, the longest first; equal ones in their order.
DPT_INLINE ragged_block arrange_block(const dpt_recurrence *r, cell_layout layout, long first, long rows) {
  ragged_block block = {.rows = rows, .x = r->scratch};
  block.h = block.x + DPT_RAGGED_BLOCK * padded_to_lanes(r->inputs);
  block.gates = block.h + DPT_RAGGED_BLOCK * r->padded;
  block.states = block.gates + DPT_RAGGED_BLOCK * layout.groups * r->padded;
  block.zeros = block.states + (DPT_ROUNDED ? DPT_RAGGED_BLOCK * r->padded : 0);
  clear_lanes(block.zeros, r->padded);
  for (long k = 0; k < rows; k++) {
    const long sample = first + k, length = r->starts[sample + 1] - r->starts[sample];
    long at = k;
    for (; at > 0 && block.length[at - 1] < length; at--) {
      block.length[at] = block.length[at - 1];
      block.sample[at] = block.sample[at - 1];
    }
    block.length[at] = length;
    block.sample[at] = sample;
  }
  return block;
}

// The samples that run at step i of the direction, of those that run at a neighbouring step.
DPT_INLINE long running(const ragged_block *block, long i, long count) {
  while (count > 0 && block->length[count - 1] <= i) count--;
  while (count < block->rows && block->length[count] > i) count++;
  return count;
}

// The row of the block's sample k at step i of the direction.
DPT_INLINE long ragged_row(const dpt_recurrence *r, const ragged_block *block, long k, long i) {
  const long start = r->starts[block->sample[k]];
  return r->reverse ? start + block->length[k] - 1 - i : start + i;
}

// Sample k's hidden state before step i.
DPT_INLINE const element *ragged_hidden(const dpt_recurrence *r, const ragged_block *block, long k, long i) {
  if (i > 0) return (const element *)r->h + ragged_row(r, block, k, i - 1) * r->padded;
  return r->initialH ? (const element *)r->initialH + block->sample[k] * r->padded : (const element *)block->zeros;
}

// Sample k's cell state before step i, or NULL if there are none.
DPT_INLINE const float *ragged_cell(const dpt_recurrence *r, const ragged_block *block, long k, long i) {
  if (!r->c) return NULL;
  if (i > 0) return r->c + ragged_row(r, block, k, i - 1) * r->padded;
  return r->initialC ? r->initialC + block->sample[k] * r->padded : block->zeros;
}

DPT_INLINE cell_rows ragged_rows(const dpt_recurrence *r, cell_layout layout, const ragged_block *block, long k, long i) {
  const long P = r->padded, row = ragged_row(r, block, k, i);
  return (cell_rows){
      .gates = (element *)r->gates + row * layout.groups * P,
      .hBefore = ragged_hidden(r, block, k, i), .cBefore = ragged_cell(r, block, k, i),
      .h = (element *)r->h + row * P, .c = r->c ? r->c + row * P : NULL,
      .tanhC = r->c ? (element *)r->tanhC + row * P : NULL,
      .state = DPT_ROUNDED ? block->states + k * P : NULL,
  };
}

DPT_INLINE void copy_lanes(float *to, const float *from, long n) {
  for (long j = 0; j < n; j += DPT_LANES) store(to + j, load(from + j));
}

DPT_INLINE void copy_values(element *to, const element *from, long n) { memcpy(to, from, (size_t)n * sizeof *to); }

// Gathers n values of a row in slots.
DPT_INLINE void gather_slots(float *to, const element *from, long n) {
#if DPT_ROUNDED
  write_slots(from, n, to);
#else
  for (long j = 0; j < n; j += DPT_LANES) store(to + j, load(from + j));
#endif
}

// The sums of all groups of the first `count` samples, from their gathered inputs and states.
DPT_INLINE void ragged_products(const dpt_recurrence *r, cell_layout layout, const ragged_block *block, long count) {
  const long P = r->padded, width = layout.groups * P;
  const bool both = adds_at_once(layout);
  const slot_product inputs = {
      .rule = DPT_RULE, .a = block->x, .aStride = padded_to_lanes(r->inputs), .segments = 1,
      .segmentLength = slots_of(r->inputs), .b = r->inputWeights, .bias = r->bias,
      .a2 = both ? block->h : NULL, .a2Stride = P, .inner2 = slots_of(r->hidden), .b2 = r->recurrent,
      .c = block->gates, .cStride = width, .rows = count, .columns = r->inputColumns, .start = DPT_START_BIAS,
  };
  multiply_slots(&inputs);
  if (layout.biased >= 0)
    for (long k = 0; k < count; k++)
      copy_lanes(block->gates + k * width + layout.biased * P, r->bias + layout.biased * P, P);
  if (both) return;
  const slot_product states = {
      .rule = DPT_RULE, .a = block->h, .aStride = P, .segments = 1, .segmentLength = slots_of(r->hidden), .b = r->recurrent,
      .c = block->gates + layout.firstRecurrent * P, .cStride = width, .rows = count, .columns = layout.recurrent * P,
      .start = DPT_START_OUTPUT,
  };
  multiply_slots(&states);
}

DPT_INLINE void run_ragged_forward(const dpt_recurrence *r, cell_layout layout, cell_forward cell) {
  const long P = r->padded, xRow = padded_to_lanes(r->inputs);
  const long height = tile_height(r->endSample - r->firstSample, DPT_RAGGED_BLOCK);
  for (long first = r->firstSample; first < r->endSample; first += height) {
    const long rows = r->endSample - first < height ? r->endSample - first : height;
    const ragged_block block = arrange_block(r, layout, first, rows);
    if (DPT_ROUNDED && layout.direct)
      for (long k = 0; k < rows; k++)
        for (long j = 0; j < P; j += DPT_LANES) store(block.states + k * P + j, load(ragged_hidden(r, &block, k, 0) + j));
    long count = rows;
    for (long i = 0; (count = running(&block, i, count)) > 0; i++) {
      for (long k = 0; k < count; k++) {
        const element *x = (const element *)r->x + ragged_row(r, &block, k, i) * r->xStride;
#if DPT_ROUNDED
        write_slots(x, r->inputs, block.x + k * xRow);
#else
        memcpy(block.x + k * xRow, x, (size_t)r->inputs * sizeof *x);
#endif
        gather_slots(block.h + k * P, ragged_hidden(r, &block, k, i), r->hidden);
      }
      ragged_products(r, layout, &block, count);
      for (long k = 0; k < count; k++) {
        cell_rows at = ragged_rows(r, layout, &block, k, i);
        at.sums = block.gates + k * layout.groups * P;
        apply_cell(cell, P, at);
      }
    }
  }
}

// dh = dGates · W_h of the first `count` samples, added to dh if the cell has a direct path.
DPT_INLINE void ragged_product_back(const dpt_recurrence *r, cell_layout layout, const ragged_block *block, float *dh,
                                    long count) {
  const long P = r->padded;
  const slot_product p = {
      .rule = DPT_RULE, .a = block->gates, .aStride = layout.groups * P,
      .segments = layout.recurrent, .segmentLength = slots_of(r->hidden), .segmentStride = P,
      .b = r->recurrentBack, .c = dh, .cStride = P,
      .rows = count, .columns = P, .start = layout.direct ? DPT_START_OUTPUT : DPT_START_ZERO,
  };
  multiply_slots(&p);
}

// The gradient that arrives at step i of sample k from above, or NULL.
DPT_INLINE const element *ragged_from_above(const dpt_recurrence *r, const ragged_block *block, long k, long i) {
  if (r->gradAll) return (const element *)r->gradAll + ragged_row(r, block, k, i) * r->gradStride;
  return i + 1 == block->length[k] ? (const element *)r->gradLast + block->sample[k] * r->gradStride : NULL;
}

DPT_INLINE void run_ragged_backward(const dpt_recurrence *r, cell_layout layout, cell_backward cell) {
  const long P = r->padded, width = layout.groups * P;
  const long height = tile_height(r->endSample - r->firstSample, DPT_RAGGED_BLOCK);
  for (long first = r->firstSample; first < r->endSample; first += height) {
    const long rows = r->endSample - first < height ? r->endSample - first : height;
    const ragged_block block = arrange_block(r, layout, first, rows);
    float *dh = r->dh + first * P, *dc = r->dc ? r->dc + first * P : NULL;
    clear_lanes(dh, rows * P);
    if (dc) clear_lanes(dc, rows * P);
    long count = 0;
    for (long i = block.length[0] - 1; i >= 0; i--) {
      count = running(&block, i, count);
      for (long k = 0; k < count; k++) {
        cell_rows at = ragged_rows(r, layout, &block, k, i);
        at.sums = block.gates + k * width;
        const element *above = ragged_from_above(r, &block, k, i);
        const long row = ragged_row(r, &block, k, i);
        if (r->stateGradients) keep_state_gradient(P, dh + k * P, above, r->stateGradients + row * P);
        copy_values((element *)r->before + row * P, at.hBefore, P);
        cell(P, at, dh + k * P, dc ? dc + k * P : NULL, above);
        for (long q = 0; q < layout.recurrent; q++)
          gather_slots(block.gates + k * width + q * P, at.gates + (layout.firstRecurrent + q) * P, r->hidden);
      }
      if (i > 0) ragged_product_back(r, layout, &block, dh, count);
    }
  }
}

DPT_INLINE void run_forward(const dpt_recurrence *r, cell_layout layout, cell_forward cell) {
  if (r->starts) run_ragged_forward(r, layout, cell);
  else run_even_forward(r, layout, cell);
}

DPT_INLINE void run_backward(const dpt_recurrence *r, cell_layout layout, cell_backward cell) {
  if (r->starts) run_ragged_backward(r, layout, cell);
  else run_even_backward(r, layout, cell);
}

#endif
