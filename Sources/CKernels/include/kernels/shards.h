// The shards of one rank, for kernels that sum over the batch.
#ifndef DPT_KERNELS_SHARDS_H
#define DPT_KERNELS_SHARDS_H

#include <stdint.h>

/// The shards of one rank as a program for a stack (ReductionTree): shard i is pushed; the top two values are added `joins[i]`
/// times; then, if `emits[i]` ≥ 0, the only value left is popped as node `emits[i]`.
typedef struct {
  long shards;
  /// shards + 1 entries: the samples of shard i are rowStart[i] ..< rowStart[i + 1].
  const int32_t *rowStart;
  const int32_t *joins;
  const int32_t *emits;
} dpt_shard_program;

/// Rows that sums per channel add up in blocks, from a shard's first row on.
#define DPT_ROW_BLOCK 64

/// How far samples have been gone through in their order: `next` is the next one, of this shard; at first the first shard's
/// first one.
typedef struct {
  long shard, next;
} dpt_shard_progress;

#endif
