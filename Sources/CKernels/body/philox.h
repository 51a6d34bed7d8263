// Philox4x32-10 (Salmon, Moraes, Dror & Shaw, SC 2011) on sixteen counters at once.
#ifndef DPT_PHILOX_H
#define DPT_PHILOX_H

#include "vector.h"

typedef uint32_t u16x32 __attribute__((ext_vector_type(16)));
typedef uint64_t u16x64 __attribute__((ext_vector_type(16)));

// The four words of the counters (first + lane, b, c, d).
DPT_INLINE void philox16(uint32_t first, uint32_t b, uint32_t c, uint32_t d, uint64_t seed, u16x32 words[4]) {
  u16x32 x = (u16x32)first + (u16x32){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  u16x32 y = b, z = c, w = d;
  uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    u16x64 p = __builtin_convertvector(x, u16x64) * 0xD2511F53ull;
    u16x64 q = __builtin_convertvector(z, u16x64) * 0xCD9E8D57ull;
    x = __builtin_convertvector(q >> 32, u16x32) ^ y ^ key0;
    z = __builtin_convertvector(p >> 32, u16x32) ^ w ^ key1;
    y = __builtin_convertvector(q, u16x32);
    w = __builtin_convertvector(p, u16x32);
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  words[0] = x;
  words[1] = y;
  words[2] = z;
  words[3] = w;
}

#endif
