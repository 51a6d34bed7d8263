#include "include/poison.h"

#ifndef __has_feature
#define __has_feature(name) 0
#endif

#if __has_feature(address_sanitizer)
void __asan_poison_memory_region(void const volatile *start, size_t bytes);

bool dpt_poisons(void) { return true; }
void dpt_poison(const void *start, size_t bytes) { __asan_poison_memory_region(start, bytes); }
#else
bool dpt_poisons(void) { return false; }
void dpt_poison(const void *start, size_t bytes) {
  (void)start;
  (void)bytes;
}
#endif
