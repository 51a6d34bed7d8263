// Haswell (2013), Zen and later: 16 registers of 8 lanes hold a tile of 6 × 16.
#if defined(__x86_64__)
#pragma STDC FP_CONTRACT OFF
#define DPT_VARIANT avx2
#define DPT_ROUNDED 0
#define DPT_PAIRED 0
#define DPT_TILE_ROWS 6
#define DPT_TILE_PANELS 1
#define DPT_EACH_HEIGHT(CASE) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2"))), apply_to = function)
#include "../body/variant.h"
#pragma clang attribute pop
#endif
