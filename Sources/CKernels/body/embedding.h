// The gradient of an embedding's table: for each entry, the gradients of the rows that looked it up, added per shard and then
// in the tree.
#ifndef DPT_EMBEDDING_H
#define DPT_EMBEDDING_H

#include "fold.h"
#include "values.h"

static void embedding_gradient(const dpt_lookup *lookup, const dpt_shard_program *s) {
  const dpt_lookup p = *lookup;
  const element *gradient = p.gradient;
  for (long entry = 0; entry < p.entries; entry++) {
    const int32_t *first = p.order + p.starts[entry], *end = p.order + p.starts[entry + 1];
    if (entry == p.skipped) first = end;
    if (first == end) {
      // Zeros without a fold: most entries of a large table are not looked up.
      for (long shard = 0; shard < s->shards; shard++)
        if (s->emits[shard] >= 0)
          memset(p.out + s->emits[shard] * p.outNode + entry * p.columns, 0, (size_t)p.columns * sizeof(float));
      continue;
    }
    for (long j = 0; j < p.columns; j += DPT_LANES) {
      v16 stack[DPT_STACK];
      const int32_t *next = first;
      for (shard_fold f = fold_shards(s, stack, DPT_LANES); has_shard(&f);) {
        v16 sum = splat(0.0f);
        // Rows are ordered by shard, then by step, then by sample.
        for (; next < end && *next % p.batch < shard_end(&f); next++) sum += load(gradient + *next * p.stride + j);
        store(f.top, sum);
        if (!join_shards(&f)) continue;
        store_some(p.out + f.node * p.outNode + entry * p.columns + j, stack[0], p.columns - j);
      }
    }
  }
}

#endif
