// Batch normalization (Ioffe & Szegedy 2015): a shard's sums over rows per channel, and the passes that apply them. Sums run
// over blocks of DPT_ROW_BLOCK rows, so that long ones stay accurate.
#ifndef DPT_BATCH_NORM_H
#define DPT_BATCH_NORM_H

#include "streaming.h"

// Groups of 16 channels at a time, so that whole cache lines side by side are read.
#define DPT_NORM_GROUPS 4

// The rows of samples from ..< to, in blocks: BODY sees `x`, `row` and `t`, and adds to `sum`, two for each group. The blocks'
// sums are added to `total` in ascending order.
#define DPT_SUM_ROWS(R, BODY)                                                                                   \
  for (long t = 0; t < (R)->outer; t++)                                                                         \
    for (long block = from * (R)->positions; block < to * (R)->positions; block += DPT_ROW_BLOCK) {             \
      const long end = to * (R)->positions - block < DPT_ROW_BLOCK ? to * (R)->positions : block + DPT_ROW_BLOCK; \
      v16 sum[2 * DPT_NORM_GROUPS] = {0};                                                                       \
      for (long row = block; row < end; row++) {                                                                \
        const element *x = (const element *)(R)->base + t * (R)->outerStride + row * (R)->stride + j;           \
        BODY                                                                                                    \
      }                                                                                                         \
      _Pragma("clang loop unroll(full)") for (int g = 0; g < 2 * groups; g++) total[g] += sum[g];               \
    }

DPT_INLINE void moments_of_rows(int groups, const dpt_rows *r, long from, long to, long j, const float *shift, v16 *total) {
  DPT_SUM_ROWS(r, {
    _Pragma("clang loop unroll(full)") for (int g = 0; g < groups; g++) {
      const v16 offset = load(x + g * DPT_LANES) - load(shift + j + g * DPT_LANES);
      sum[2 * g] += offset;
      sum[2 * g + 1] = fma16(offset, offset, sum[2 * g + 1]);
    }
  })
}

// Two sums for each group: the first of a column, and `gap` floats behind the second.
DPT_INLINE void load_two_sums(int groups, const float *sums, long gap, v16 *total) {
#pragma clang loop unroll(full)
  for (int g = 0; g < groups; g++) {
    total[2 * g] = load(sums + g * DPT_LANES);
    total[2 * g + 1] = load(sums + gap + g * DPT_LANES);
  }
}

DPT_INLINE void store_two_sums(int groups, const v16 *total, float *sums, long gap) {
#pragma clang loop unroll(full)
  for (int g = 0; g < groups; g++) {
    store(sums + g * DPT_LANES, total[2 * g]);
    store(sums + gap + g * DPT_LANES, total[2 * g + 1]);
  }
}

DPT_INLINE void moments_of_groups(int groups, const dpt_rows *r, long from, long to, const float *shift, float *sums,
                                  long gap, long j) {
  v16 total[2 * DPT_NORM_GROUPS];
  load_two_sums(groups, sums + j, gap, total);
  moments_of_rows(groups, r, from, to, j, shift, total);
  store_two_sums(groups, total, sums + j, gap);
}

// Calls NAME(groups, …, j) for all columns, as many groups at a time as there are, up to DPT_NORM_GROUPS.
#define DPT_FOR_GROUPS(COLUMNS, NAME, ...)                                   \
  for (long j = 0; j < (COLUMNS);) {                                         \
    const long left = ((COLUMNS) - j + DPT_LANES - 1) / DPT_LANES;           \
    if (left >= 4) NAME(4, __VA_ARGS__, j), j += 4 * DPT_LANES;              \
    else if (left >= 2) NAME(2, __VA_ARGS__, j), j += 2 * DPT_LANES;         \
    else NAME(1, __VA_ARGS__, j), j += DPT_LANES;                            \
  }

// The next samples from ..< to of a shard up to `end`, as many as make whole blocks of rows; false if there are none.
DPT_INLINE bool next_samples(const dpt_shard_program *s, dpt_shard_progress *progress, long positions, long end, long *shard,
                             long *from, long *to) {
  if (progress->shard >= s->shards) return false;
  const long last = s->rowStart[progress->shard + 1];
  *shard = progress->shard;
  *from = *to = progress->next;
  if (end >= last) {
    *to = last;
    progress->shard++;
  } else {
    while ((end - *from) * positions % DPT_ROW_BLOCK != 0) end--;
    *to = end;
  }
  progress->next = *to;
  return *to > *from || end >= last;
}

static void batch_norm_moments(const dpt_rows *r, const float *shift, float *sums, long gap, const dpt_shard_program *s,
                               dpt_shard_progress *progress, long end) {
  for (long shard, from, to; next_samples(s, progress, r->positions, end, &shard, &from, &to);)
    DPT_FOR_GROUPS(r->columns, moments_of_groups, r, from, to, shift, sums + 2 * gap * shard, gap)
}

// The gradient that a ReLU behind the normalization lets through: its output is scaled here as `scale_rows` does.
DPT_INLINE v16 gradient_before_relu(v16 centred, v16 factor, v16 shift, v16 gradient) {
  return choose(fma16(centred, factor, shift) > splat(0.0f), gradient, splat(0.0f));
}

// x̂ = (x − mean) · inverse.
DPT_INLINE void gradients_of_rows(int groups, const dpt_batch_norm_sums *p, long from, long to, long j, v16 *total) {
  const dpt_rows *r = &p->x;
  const long outerRows = r->outerStride / r->stride;
  DPT_SUM_ROWS(r, {
    const element *dy = (const element *)p->dy + (t * outerRows + row) * p->dyStride + j;
    _Pragma("clang loop unroll(full)") for (int g = 0; g < groups; g++) {
      const long at = g * DPT_LANES;
      const v16 centred = load(x + at) - load(p->mean + j + at);
      v16 gradient = load(dy + at);
      if (p->factor) gradient = gradient_before_relu(centred, load(p->factor + j + at), load(p->shift + j + at), gradient);
      sum[2 * g] += gradient;
      sum[2 * g + 1] = fma16(gradient, centred * load(p->inverse + j + at), sum[2 * g + 1]);
    }
  })
}

DPT_INLINE void gradients_of_groups(int groups, const dpt_batch_norm_sums *p, long from, long to, float *sums, long gap,
                                    long j) {
  v16 total[2 * DPT_NORM_GROUPS];
  load_two_sums(groups, sums + j, gap, total);
  gradients_of_rows(groups, p, from, to, j, total);
  store_two_sums(groups, total, sums + j, gap);
}

static void batch_norm_gradients(const dpt_batch_norm_sums *p, float *sums, long gap, const dpt_shard_program *s,
                                 dpt_shard_progress *progress, long end) {
  for (long shard, from, to; next_samples(s, progress, p->x.positions, end, &shard, &from, &to);)
    DPT_FOR_GROUPS(p->x.columns, gradients_of_groups, p, from, to, sums + 2 * gap * shard, gap)
}

// The mean is taken off first: where it is many deviations from 0, products with x would round away what is left.
DPT_INLINE void scale_all_rows(bool streams, const dpt_row_pass *r, const float *mean, const float *factor,
                               const float *shift, bool relu) {
  const long rows = r->rows, columns = r->columns, xStride = r->xStride, yStride = r->yStride;
  const element *x = r->x;
  element *y = r->y;
  for (long row = 0; row < rows; row++, x += xStride, y += yStride)
    for (long j = 0; j < columns; j += DPT_LANES) {
      v16 value = fma16(load(x + j) - load(mean + j), load(factor + j), load(shift + j));
      if (relu) value = choose(value < splat(0.0f), splat(0.0f), value);
      if (streams) store_past_caches(y + j, value);
      else store(y + j, value);
    }
}

static void scale_rows(const dpt_row_pass *r, const float *mean, const float *factor, const float *shift, bool relu) {
  if (streams_results(r->y, r->rows * r->columns, r->yStride)) scale_all_rows(true, r, mean, factor, shift, relu);
  else scale_all_rows(false, r, mean, factor, shift, relu);
}

// The mean gradient is taken off first, too: where all gradients are alike, nothing is left to be multiplied.
static void combine_rows(const dpt_row_pass *r, const dpt_norm_gradient *p) {
  const long rows = r->rows, columns = r->columns, xStride = r->xStride, gStride = r->gStride, yStride = r->yStride;
  const element *x = r->x, *g = r->g;
  element *y = r->y;
  for (long row = 0; row < rows; row++, x += xStride, g += gStride, y += yStride)
    for (long j = 0; j < columns; j += DPT_LANES) {
      const v16 centred = load(x + j) - load(p->mean + j);
      v16 gradient = load(g + j);
      if (p->factor) gradient = gradient_before_relu(centred, load(p->factor + j), load(p->shift + j), gradient);
      store(y + j, load(p->a + j) * fma16(centred, load(p->b + j), gradient - load(p->c + j)));
    }
}

#endif
