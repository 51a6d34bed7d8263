// For every processor of the architecture. On 64-bit ARM that is NEON with fused multiply-add, at full speed. On x86-64 it
// is SSE2, where each fused multiply-add is a call of the C library: slow, but with the same bits.
#pragma STDC FP_CONTRACT OFF
#define DPT_VARIANT baseline
#define DPT_ROUNDED 0
#define DPT_PAIRED 0
#define DPT_TILE_ROWS 6
#define DPT_TILE_PANELS 1
#define DPT_EACH_HEIGHT(CASE) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#include "../body/variant.h"
