// Stores that go past the caches.
#ifndef DPT_STREAMING_H
#define DPT_STREAMING_H

#include "vector.h"

// Results larger than this go past the caches: they would be gone before they are read again.
#define DPT_STREAMED_FLOATS (4L << 20)

DPT_INLINE bool streams_results(const float *to, long floats, long stride) {
  return floats > DPT_STREAMED_FLOATS && (uintptr_t)to % sizeof(v16) == 0 && stride % DPT_LANES == 0;
}

DPT_INLINE void store_past_caches(float *p, v16 v) { __builtin_nontemporal_store(v, (v16 *)p); }

#endif
