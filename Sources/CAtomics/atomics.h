// Atomic words in memory that processes share.
#ifndef DPT_ATOMICS_H
#define DPT_ATOMICS_H

#include <stdbool.h>
#include <stdint.h>

// Reads a word, and what was written before dpt_atomic_store wrote it.
static inline uint64_t dpt_atomic_load(const uint64_t *_Nonnull word) {
  return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

// Writes a word after all that was written before.
static inline void dpt_atomic_store(uint64_t *_Nonnull word, uint64_t value) {
  __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

// Writes a word if it is `expected`, and returns whether it was.
static inline bool dpt_atomic_replace(uint64_t *_Nonnull word, uint64_t expected, uint64_t value) {
  return __atomic_compare_exchange_n(word, &expected, value, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

#endif
