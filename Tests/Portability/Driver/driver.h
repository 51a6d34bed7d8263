// Functions for the cases of all kernels: a fixed generator of numbers, memory with slack, and a running hash.
#ifndef DRIVER_H
#define DRIVER_H

#include "CKernels.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// A whole number of 0 ..< n, or a number of first ... last; the sequence is the same for each run of a kernel.
uint64_t draw_word(void);
long draw(long first, long last);
bool draw_bool(void);
/// A number of ±size, from the upper 24 bits of a word.
float draw_float(float size);
/// Any of the 2^32 floats.
float draw_any_float(void);

/// Zeroed memory followed by slack; `release_all` frees it.
void *memory(size_t bytes);
float *floats(long count);
/// The same, filled with numbers of ±size.
float *random_floats(long count, float size);
/// Floats without slack, filled with NaN.
float *scratch(size_t count);
void release_all(void);

/// The precision of values in the present cases.
extern dpt_precision precision;

/// Zeroed values of the precision followed by slack, and values of ±size: the same numbers as floats, cut off.
void *values(long count);
void *random_values(long count, float size);
/// The same in any precision.
void *random_values_in(dpt_precision in, long count, float size);
/// Writes one value.
void set_value(void *values, long at, float x);
/// The value `count` values behind another.
void *value_at(const void *values, long count);

/// Adds values to the hash of the current kernel; all NaNs count as equal.
void hash_floats(const float *values, long count);
/// The valid columns of rows that are `stride` floats apart.
void hash_rows(const float *values, long rows, long columns, long stride);
/// The same of values.
void hash_values(const void *values, long rows, long columns, long stride);
void hash_values_in(dpt_precision in, const void *values, long rows, long columns, long stride);
void hash_words(const int32_t *values, long count);
void hash_double(double value);

/// Runs `body` for the given number of cases, from the generator's start for this name. Prints name, precision, number of cases
/// and hash.
void each_case(const char *name, long cases, void (*body)(void));
/// The same for each precision of values.
void each_precision(const char *name, long cases, void (*body)(void));

/// A rank's part of a reduction tree over up to `most` shards of up to 5 samples each.
typedef struct {
  dpt_shard_program program;
  long samples, nodes;
} part;
part random_part(long most);

#define PADDED(n) (((n) + DPT_LANES - 1) / DPT_LANES * DPT_LANES)

void product_cases(void);
void convolution_cases(void);
void recurrence_cases(void);
void row_cases(void);
void flat_cases(void);

#endif
