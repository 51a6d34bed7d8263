// The gradient of a table's rows: for each entry the gradients of the rows that looked it up, per shard, in the tree.
#ifndef DPT_EMBEDDING_H
#define DPT_EMBEDDING_H

#include "weight_gradient.h"

static void embedding_gradient(const dpt_lookup *p, const dpt_shard_program *s) {
  for (long entry = 0; entry < p->entries; entry++) {
    const int32_t *first = p->order + p->starts[entry], *end = p->order + p->starts[entry + 1];
    if (entry == p->skipped) first = end;
    for (long j = 0; j < p->columns; j += DPT_LANES) {
      v16 stack[DPT_STACK];
      int top = 0;
      const int32_t *next = first;
      for (long shard = 0; shard < s->shards; shard++) {
        v16 sum = splat(0.0f);
        // Rows come ordered by shard, then by step, then by sample.
        for (; next < end && *next % p->batch < s->rowStart[shard + 1]; next++)
          sum += load(p->gradient + *next * p->stride + j);
        stack[top++] = sum;
        for (int join = 0; join < s->joins[shard]; join++) {
          top--;
          stack[top - 1] += stack[top];
        }
        if (s->emits[shard] < 0) continue;
        store_some(p->out + s->emits[shard] * p->outNode + entry * p->columns + j, stack[0], p->columns - j);
        top = 0;
      }
    }
  }
}

#endif
