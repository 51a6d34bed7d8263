// How values lie in memory, and how products are made of them.
#ifndef DPT_KERNELS_PRECISION_H
#define DPT_KERNELS_PRECISION_H

/// The precision of activations and of their gradients, as they lie in memory, and of what goes into products. Kernels that
/// take a precision take such values as `void *`, strides and offsets counting values. Sums are float32 in each.
typedef enum {
  /// 32 bits.
  DPT_IN_FLOAT32,
  /// The upper 16 bits of a float32, rounded to nearest, ties to even; denormal numbers become zero. A product's sums add pairs
  /// of values as VDPBF16PS does: acc = fma(a[2k + 1], b[2k + 1], acc), then acc = fma(a[2k], b[2k], acc), denormal
  /// numbers being zero. A last value without a partner is added alone.
  DPT_IN_BFLOAT16,
} dpt_precision;

#endif
