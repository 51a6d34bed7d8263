// Counts the calls of malloc, calloc, realloc and aligned allocation of the program this is linked into.
#ifndef CALLOCATIONCOUNTER_H
#define CALLOCATIONCOUNTER_H

#include <stdint.h>

/// Allocations of the calling thread so far.
uint64_t dpt_allocation_count(void);

#endif
