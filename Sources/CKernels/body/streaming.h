// Stores that go past the caches.
#ifndef DPT_STREAMING_H
#define DPT_STREAMING_H

#include "values.h"

// Results larger than this go past the caches: they would be gone before they are read again.
#define DPT_STREAMED_BYTES (16L << 20)

// Whether `values` values of the kernels' precision, written to `to`, go past the caches.
DPT_INLINE bool streams_results(const void *to, long values, long stride) {
  const long size = sizeof(element);
  return values * size > DPT_STREAMED_BYTES && (uintptr_t)to % (uintptr_t)(DPT_LANES * size) == 0 &&
         stride % DPT_LANES == 0;
}

DPT_OVERLOADED void store_past_caches(float *p, v16 v) { __builtin_nontemporal_store(v, (v16 *)p); }
DPT_OVERLOADED void store_past_caches(bfloat16 *p, v16 v) { __builtin_nontemporal_store(rounded_halves(v), (h16 *)p); }

#endif
