// Philox4x32-10 (Salmon, Moraes, Dror & Shaw, SC 2011) on sixteen counters at once.
#ifndef DPT_PHILOX_H
#define DPT_PHILOX_H

#include "vector.h"

typedef uint32_t u16x32 __attribute__((ext_vector_type(16)));
typedef uint64_t u8x64 __attribute__((ext_vector_type(8)));

// The four words of the counters (first + lane, b, c, d). Even and odd lanes are computed separately, each in the lower
// half of 64 bits, so that products need no shuffles; the upper halves are meaningless.
DPT_INLINE void philox16(uint32_t first, uint32_t b, uint32_t c, uint32_t d, uint64_t seed, u16x32 words[4]) {
  const u8x64 low = 0xffffffff;
  u8x64 x[2], y[2], z[2], w[2];
  for (int i = 0; i < 2; i++) {
    x[i] = (u8x64)(uint64_t)first + (u8x64){0, 2, 4, 6, 8, 10, 12, 14} + (uint64_t)i;
    y[i] = b;
    z[i] = c;
    w[i] = d;
  }
  uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
#pragma clang loop unroll(full)
  for (int round = 0; round < 10; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 2; i++) {
      const u8x64 p = (x[i] & low) * 0xD2511F53ull, q = (z[i] & low) * 0xCD9E8D57ull;
      x[i] = (q >> 32) ^ y[i] ^ (u8x64)(uint64_t)key0;
      z[i] = (p >> 32) ^ w[i] ^ (u8x64)(uint64_t)key1;
      y[i] = q;
      w[i] = p;
    }
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  const u8x64 *parts[4] = {x, y, z, w};
  for (int i = 0; i < 4; i++) words[i] = (u16x32)((parts[i][0] & low) | parts[i][1] << 32);
}

#endif
