// Sums of rows, column by column: one sum per shard, joined in the tree's order.
#ifndef DPT_ROW_SUMS_H
#define DPT_ROW_SUMS_H

#include "weight_gradient.h"

// Groups of columns that are summed at the same time, so that their chains of additions overlap.
#define DPT_SUM_GROUPS 4

DPT_INLINE void sum_columns(int groups, const dpt_row_sums *p, long j0, const dpt_shard_program *s) {
  const element *base = p->base;
  // The sums are written like one row of a product.
  const dpt_outer_product row = {
      .n = p->columns, .group = p->group, .groupValid = p->groupValid, .outJ = 1, .outGroup = p->groupValid,
  };
  v16 stack[DPT_STACK * DPT_SUM_GROUPS];
  for (shard_fold f = fold_shards(s, stack, groups * DPT_LANES); has_shard(&f);) {
    v16 sum[DPT_SUM_GROUPS];
#pragma clang loop unroll(full)
    for (int j = 0; j < groups; j++) sum[j] = splat(0.0f);
    for (long t = 0; t < p->outer; t++)
      for (long r = shard_start(&f) * p->positions; r < shard_end(&f) * p->positions; r++)
#pragma clang loop unroll(full)
        for (int j = 0; j < groups; j++)
          sum[j] += load(base + t * p->outerStride + r * p->stride + j0 + j * DPT_LANES);
#pragma clang loop unroll(full)
    for (int j = 0; j < groups; j++) store(f.top + j * DPT_LANES, sum[j]);
    if (!join_shards(&f)) continue;
    const long node = f.node * p->outNode;
    for (int j = 0; j < groups; j++) {
      emit_lanes(&row, p->out + node, 0, j0 + j * DPT_LANES, stack[j]);
      if (p->second) emit_lanes(&row, p->second + node, 0, j0 + j * DPT_LANES, stack[j]);
    }
  }
}

static void sum_rows(const dpt_row_sums *sums, const dpt_shard_program *s) {
  // A copy, so that the compiler knows that stores do not change it.
  const dpt_row_sums p = *sums;
  const long wide = DPT_SUM_GROUPS * DPT_LANES;
  long j = 0;
  for (; j + wide - DPT_LANES < p.columns; j += wide) sum_columns(DPT_SUM_GROUPS, &p, j, s);
  for (; j < p.columns; j += DPT_LANES) sum_columns(1, &p, j, s);
}

#endif
