// The fold over a rank's shards in the reduction tree's order. A kernel writes each shard's value to the top of a stack,
// and reads each node's sum from its bottom:
//
//     for (shard_fold f = fold_shards(program, stack, size); has_shard(&f);) {
//       ... write the sum of samples shard_start(&f) ..< shard_end(&f) to f.top ...
//       if (join_shards(&f)) ... f.stack holds the sum of node f.node ...
//     }
#ifndef DPT_FOLD_H
#define DPT_FOLD_H

#include "vector.h"

// The values on a stack for 4096 shards, the maximum.
#define DPT_STACK 13

// The values on a stack for this number of shards.
DPT_INLINE size_t stack_depth(long shards) {
  size_t depth = 2;
  while (1L << (depth - 2) < shards) depth++;
  return depth;
}

typedef struct {
  // A copy, so that the compiler knows that stores do not change it.
  dpt_shard_program program;
  // Values of `size` floats, a multiple of 16; `top` is the place of the next shard's value.
  float *stack, *top;
  long size, shard;
  // The node whose sum is complete, or −1.
  long node;
} shard_fold;

DPT_INLINE shard_fold fold_shards(const dpt_shard_program *program, void *stack, long size) {
  return (shard_fold){.program = *program, .stack = stack, .top = stack, .size = size};
}

DPT_INLINE bool has_shard(const shard_fold *f) { return f->shard < f->program.shards; }

// The current shard's first sample, and the one after its last.
DPT_INLINE long shard_start(const shard_fold *f) { return f->program.rowStart[f->shard]; }
DPT_INLINE long shard_end(const shard_fold *f) { return f->program.rowStart[f->shard + 1]; }

// Makes the tree's additions after the current shard, and moves to the next. Returns whether a node's sum is complete.
DPT_INLINE bool join_shards(shard_fold *f) {
  const long shard = f->shard++;
#pragma clang loop unroll(disable)
  for (int32_t joins = f->program.joins[shard]; joins > 0; joins--) {
    const float *right = f->top;
    f->top -= f->size;
#pragma clang loop unroll_count(8)
    for (long i = 0; i < f->size; i += DPT_LANES) store(f->top + i, load(f->top + i) + load(right + i));
  }
  f->node = f->program.emits[shard];
  if (f->node < 0) {
    f->top += f->size;
    return false;
  }
  f->top = f->stack;
  return true;
}

#endif
