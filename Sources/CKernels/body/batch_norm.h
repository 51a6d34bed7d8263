// Batch normalization (Ioffe & Szegedy 2015): sums over rows per channel, shard by shard in the tree, and the passes that
// apply them. Sums run over blocks of 64 rows, so that long ones stay accurate.
#ifndef DPT_BATCH_NORM_H
#define DPT_BATCH_NORM_H

#include "fold.h"

#define DPT_ROW_BLOCK 64

typedef struct {
  v16 first, second;
} two_sums;

// Adds the current shard's sums to the fold, and stores a whole node's: the first at out, the second `gap` floats after it.
DPT_INLINE void fold_two_sums(shard_fold *f, two_sums sums, float *out, long gap, long outNode) {
  store(f->top, sums.first);
  store(f->top + DPT_LANES, sums.second);
  if (!join_shards(f)) return;
  store(out + f->node * outNode, load(f->stack));
  store(out + f->node * outNode + gap, load(f->stack + DPT_LANES));
}

// Σ (x − shift) and Σ (x − shift)² of a shard's rows, without steps after a sample's length.
DPT_INLINE two_sums moments_of_rows(const dpt_rows *r, long from, long to, long j, v16 shift) {
  two_sums total = {splat(0.0f), splat(0.0f)};
  for (long t = 0; t < r->outer; t++)
    for (long block = from * r->positions; block < to * r->positions; block += DPT_ROW_BLOCK) {
      const long end = to * r->positions - block < DPT_ROW_BLOCK ? to * r->positions : block + DPT_ROW_BLOCK;
      two_sums sum = {splat(0.0f), splat(0.0f)};
      for (long row = block; row < end; row++) {
        if (r->lengths && t >= r->lengths[row / r->positions]) continue;
        v16 x = load(r->base + t * r->outerStride + row * r->stride + j) - shift;
        sum.first += x;
        sum.second = fma16(x, x, sum.second);
      }
      total.first += sum.first;
      total.second += sum.second;
    }
  return total;
}

static void batch_norm_moments(const dpt_rows *r, const float *shift, float *out, long gap, long outNode,
                               const dpt_shard_program *s) {
  for (long j = 0; j < r->columns; j += DPT_LANES) {
    v16 stack[2 * DPT_STACK];
    for (shard_fold f = fold_shards(s, stack, 2 * DPT_LANES); has_shard(&f);)
      fold_two_sums(&f, moments_of_rows(r, shard_start(&f), shard_end(&f), j, load(shift + j)), out + j, gap, outNode);
  }
}

// Σ dy and Σ dy · x̂ of a shard's rows, x̂ = (x − mean) · inverse.
DPT_INLINE two_sums gradients_of_rows(const dpt_batch_norm_sums *p, long from, long to, long j) {
  const dpt_rows *r = &p->x;
  const v16 mean = load(p->mean + j), inverse = load(p->inverse + j);
  const long outerRows = r->outerStride / r->stride;
  two_sums total = {splat(0.0f), splat(0.0f)};
  for (long t = 0; t < r->outer; t++)
    for (long block = from * r->positions; block < to * r->positions; block += DPT_ROW_BLOCK) {
      const long end = to * r->positions - block < DPT_ROW_BLOCK ? to * r->positions : block + DPT_ROW_BLOCK;
      two_sums sum = {splat(0.0f), splat(0.0f)};
      for (long row = block; row < end; row++) {
        v16 x = load(r->base + t * r->outerStride + row * r->stride + j);
        v16 gradient = load(p->dy + (t * outerRows + row) * p->dyStride + j);
        sum.first += gradient;
        sum.second = fma16(gradient, (x - mean) * inverse, sum.second);
      }
      total.first += sum.first;
      total.second += sum.second;
    }
  return total;
}

static void batch_norm_gradients(const dpt_batch_norm_sums *p, const dpt_shard_program *s) {
  for (long j = 0; j < p->x.columns; j += DPT_LANES) {
    v16 stack[2 * DPT_STACK];
    for (shard_fold f = fold_shards(s, stack, 2 * DPT_LANES); has_shard(&f);)
      fold_two_sums(&f, gradients_of_rows(p, shard_start(&f), shard_end(&f), j), p->out + j, p->gap, p->outNode);
  }
}

// Subtract the mean first: if it is many deviations from 0, products with x would lose the difference to rounding.
static void scale_rows(const dpt_row_pass *r, const float *mean, const float *factor, const float *shift, bool relu) {
  const long rows = r->rows, columns = r->columns, xStride = r->xStride, yStride = r->yStride;
  const float *x = r->x;
  float *y = r->y;
  for (long row = 0; row < rows; row++, x += xStride, y += yStride)
    for (long j = 0; j < columns; j += DPT_LANES) {
      v16 value = fma16(load(x + j) - load(mean + j), load(factor + j), load(shift + j));
      if (relu) value = choose(value < splat(0.0f), splat(0.0f), value);
      store(y + j, value);
    }
}

// Subtract the mean gradient first, too: if all gradients are equal, the differences are exactly 0.
static void combine_rows(const dpt_row_pass *r, const float *mean, const float *a, const float *b, const float *c) {
  const long rows = r->rows, columns = r->columns, xStride = r->xStride, gStride = r->gStride, yStride = r->yStride;
  const float *x = r->x, *g = r->g;
  float *y = r->y;
  for (long row = 0; row < rows; row++, x += xStride, g += gStride, y += yStride)
    for (long j = 0; j < columns; j += DPT_LANES) {
      v16 centred = load(x + j) - load(mean + j);
      store(y + j, load(a + j) * fma16(centred, load(b + j), load(g + j) - load(c + j)));
    }
}

#endif
