// What kernels that sum over the batch take: the shards of one rank.
#ifndef DPT_KERNELS_SHARDS_H
#define DPT_KERNELS_SHARDS_H

#include <stdint.h>

/// The shards that one rank holds, as a program for a stack (ReductionTree): after shard i is pushed, its top two are
/// added `joins[i]` times; then, if `emits[i]` ≥ 0, the one value left is node `emits[i]` and is taken off.
typedef struct {
  long shards;
  /// shards + 1 entries: the samples of shard i are rowStart[i] ..< rowStart[i + 1].
  const int32_t *rowStart;
  const int32_t *joins;
  const int32_t *emits;
} dpt_shard_program;

#endif
