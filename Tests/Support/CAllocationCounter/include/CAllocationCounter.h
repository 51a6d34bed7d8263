// Counts the calls of malloc, calloc, realloc and aligned allocation of the program this is linked into.
#ifndef CALLOCATIONCOUNTER_H
#define CALLOCATIONCOUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// Whether calls are counted: not where a sanitizer has allocation functions of its own.
bool dpt_counts_allocations(void);

/// Allocations of the calling thread so far.
uint64_t dpt_allocation_count(void);

#endif
