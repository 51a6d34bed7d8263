// Memory that nobody may touch, in builds with the address sanitizer.
#ifndef DPT_POISON_H
#define DPT_POISON_H

#include <stdbool.h>
#include <stddef.h>

/// Whether this build has the address sanitizer, which ends the program where poisoned memory is touched.
bool dpt_poisons(void);

/// Poisons memory; nothing in other builds.
void dpt_poison(const void *start, size_t bytes);

#endif
