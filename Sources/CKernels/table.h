// The table of kernels of one instruction set and precision.
#ifndef DPT_TABLE_H
#define DPT_TABLE_H

#include "include/CKernels.h"

typedef struct {
#define DPT_KERNEL(RESULT, NAME, PARAMETERS, ARGUMENTS) RESULT(*NAME) PARAMETERS;
#include "include/kernels.h"
} dpt_kernels;

#if defined(__x86_64__)
extern const dpt_kernels dpt_kernels_avx512, dpt_kernels_avx2;
extern const dpt_kernels dpt_kernels_avx512bf16_rounded, dpt_kernels_avx512_rounded, dpt_kernels_avx2_rounded;
#endif
extern const dpt_kernels dpt_kernels_baseline, dpt_kernels_baseline_rounded;

#endif
