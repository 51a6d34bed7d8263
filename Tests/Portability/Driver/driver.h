// Functions for the cases of all kernels: a fixed generator of numbers, memory with slack, and a running hash.
#ifndef DRIVER_H
#define DRIVER_H

#include "CKernels.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// MARK: Numbers (numbers.c)

/// A whole number of 0 ..< 2^64, or of first ... last; the sequence is the same for each run of a kernel.
uint64_t draw_word(void);
long draw(long first, long last);
bool draw_bool(void);
/// A number of ±size, from the upper 24 bits of a word.
float draw_float(float size);
/// Any of the 2^32 floats.
float draw_any_float(void);
/// Starts the sequence of a name.
void start_numbers(const char *name);

/// What the numbers of a case are.
typedef enum {
  /// Of ±size.
  DRAW_MODERATE,
  /// These, and among them zeros, infinities, NaN, the largest and the smallest numbers.
  DRAW_MIXED,
  /// Any of the 2^32 floats.
  DRAW_ANY,
  /// Numbers whose products lie about 2^−126, below which sums of bfloat16 values are zero, or about half a unit of it.
  DRAW_TINY,
} number_kind;
/// Chooses the kind of the following numbers.
void choose_kind(number_kind kind);
/// A number of the present kind.
float draw_number(float size);
/// A number from which a sum of products of such numbers starts: with tiny ones at 2^−126, or near it.
float draw_start(float size);

// MARK: Memory and values (values.c)

/// Zeroed memory followed by slack; `release_all` frees it.
void *memory(size_t bytes);
float *floats(long count);
/// The same, filled with numbers of the present kind.
float *random_floats(long count, float size);
/// The same with starts of sums.
float *random_starts(long count, float size);
/// Floats without slack, filled with NaN.
float *scratch(size_t count);
void release_all(void);

/// The precision of values in the present cases.
extern dpt_precision precision;
/// Either precision, where that of the present cases is bfloat16.
dpt_precision draw_precision(void);

/// Zeroed values followed by slack, and values of the present kind; those of bfloat16 are floats cut off.
void *values(long count);
void *random_values(long count, float size);
void *random_values_in(dpt_precision in, long count, float size);
void *random_starts_in(dpt_precision in, long count, float size);
/// Writes one value.
void set_value(void *values, long at, float x);
/// The value `count` values behind another.
void *value_at(const void *values, long count);

// MARK: Hash (hash.c)

/// Adds values to the hash of the current kernel; all NaNs count as equal.
void hash_floats(const float *values, long count);
/// The valid columns of rows that are `stride` floats apart.
void hash_rows(const float *values, long rows, long columns, long stride);
/// The same of values.
void hash_values(const void *values, long rows, long columns, long stride);
void hash_values_in(dpt_precision in, const void *values, long rows, long columns, long stride);
void hash_words(const int32_t *values, long count);
/// Bits as they are, also those of NaN.
void hash_bytes(const void *bytes, size_t count);
void hash_double(double value);

/// Runs `body` for the given number of cases, with numbers of all kinds, from the generator's start for this name. Prints
/// name, precision, number of cases and hash.
void each_case(const char *name, long cases, void (*body)(void));
/// The same for each precision of values.
void each_precision(const char *name, long cases, void (*body)(void));

// MARK: Shards (shards.c)

/// A rank's part of a reduction tree over up to `most` shards of up to 5 samples each.
typedef struct {
  dpt_shard_program program;
  long samples, nodes;
} part;
part random_part(long most);

#define PADDED(n) (((n) + DPT_LANES - 1) / DPT_LANES * DPT_LANES)

// MARK: Cases, one file each

void product_cases(void);
void gradient_cases(void);
void convolution_cases(void);
void narrow_group_cases(void);
void pooling_cases(void);
void recurrence_cases(void);
void row_cases(void);
void normalization_cases(void);
void join_cases(void);
void loss_cases(void);
void rounding_cases(void);
void flat_cases(void);
void image_cases(void);
void optimizer_cases(void);

#endif
