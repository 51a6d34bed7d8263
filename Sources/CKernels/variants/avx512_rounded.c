// The kernels of bfloat16 values for avx512.c's processors: products by fused multiply-adds.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma STDC FP_CONTRACT OFF
#define DPT_VARIANT avx512_rounded
#define DPT_ROUNDED 1
#define DPT_PAIRED 0
#define DPT_TILE_ROWS 12
#define DPT_TILE_PANELS 2
#define DPT_EACH_HEIGHT(CASE) \
  CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,bmi2"), min_vector_width(512))), \
    apply_to = function)
#include "../body/variant.h"
#pragma clang attribute pop
#endif
