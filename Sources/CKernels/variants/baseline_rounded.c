// The kernels of bfloat16 values for baseline.c's processors: products by fused multiply-adds.
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif
#pragma STDC FP_CONTRACT OFF
#define DPT_VARIANT baseline_rounded
#define DPT_ROUNDED 1
#define DPT_PAIRED 0
#define DPT_TILE_ROWS 6
#define DPT_TILE_PANELS 1
#define DPT_EACH_HEIGHT(CASE) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#include "../body/variant.h"
