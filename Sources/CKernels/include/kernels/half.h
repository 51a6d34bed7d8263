// The 16-bit formats that kernels round to.
#ifndef DPT_KERNELS_HALF_H
#define DPT_KERNELS_HALF_H

/// A format of 16 bits.
typedef enum {
  /// The upper half of a float: 8 bits of exponent, 7 of fraction.
  DPT_BFLOAT16,
  /// IEEE 754's binary16: 5 bits of exponent, 10 of fraction.
  DPT_FLOAT16,
} dpt_half_format;

#endif
