// Poisoned memory in builds with the address sanitizer: touching it ends the program.
#ifndef DPT_POISON_H
#define DPT_POISON_H

#include <stdbool.h>
#include <stddef.h>

/// Whether this build has the address sanitizer.
bool dpt_poisons(void);

/// Poisons memory. Does nothing in other builds.
void dpt_poison(const void *start, size_t bytes);

#endif
