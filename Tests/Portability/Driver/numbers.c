// Random numbers (splitmix64; Steele, Lea & Flood 2014), moderate and special ones.
#include "driver.h"

static uint64_t state;
static number_kind kind;
// Of mixed numbers one in `rarity` is special; tiny ones have one of two exponents.
static long rarity;
static const int *exponents;

void start_numbers(const char *name) {
  state = 1;
  for (const char *c = name; *c; c++) state = state * 31 + (uint64_t)*c;
}

uint64_t draw_word(void) {
  uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

long draw(long first, long last) { return first + (long)(draw_word() % (uint64_t)(last - first + 1)); }

bool draw_bool(void) { return draw(0, 1) == 1; }

float draw_float(float size) {
  // Exact: 24 bits, a power of two, and one product.
  return (float)((int32_t)(draw_word() >> 40) - (1 << 23)) * 0x1p-23f * size;
}

static float of_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

float draw_any_float(void) { return of_bits((uint32_t)(draw_word() >> 32)); }

// ±2^e, or up to twice that: with the fraction's first bits, as bfloat16 has them, or with all.
static float draw_near(int e) {
  const uint32_t word = (uint32_t)(draw_word() >> 32), sign = word & 0x80000000u;
  const uint32_t fraction = draw_bool() ? 0 : draw_bool() ? word & 0x007f0000u : word & 0x007fffffu;
  return of_bits(sign | (uint32_t)(e + 127) << 23 | fraction);
}

static float draw_special(void) {
  static const uint32_t kSpecial[] = {
      0, 0x80000000u, 0x7f800000u, 0xff800000u, 0x7fc00000u, 0x7f7fffffu, 0xff7f8000u, 0x00800000u, 0x807fffffu, 1,
  };
  return draw(0, 3) == 0 ? draw_any_float() : of_bits(kSpecial[draw(0, 9)]);
}

void choose_kind(number_kind chosen) {
  // Products are near 2^−126, near a unit or half a unit of it, or one of both.
  static const int kExponents[][2] = {{-62, -63}, {-63, -64}, {-74, -75}, {-75, -76}, {-63, -88}, {-63, -88}};
  kind = chosen;
  rarity = draw_bool() ? 8 : 300;
  exponents = kExponents[draw(0, 5)];
}

float draw_number(float size) {
  switch (kind) {
    case DRAW_MODERATE: break;
    case DRAW_MIXED:
      if (draw(1, rarity) == 1) return draw_special();
      break;
    case DRAW_ANY: return draw_any_float();
    case DRAW_TINY: return draw_near(exponents[draw(0, 1)]);
  }
  return draw_float(size);
}

float draw_start(float size) {
  if (kind != DRAW_TINY) return draw_number(size);
  switch (draw(0, 4)) {
    case 0: return 0;
    case 1: return of_bits((uint32_t)(draw_word() >> 63) << 31 | 0x00800000u);
    case 2: return of_bits((uint32_t)(draw_word() >> 63) << 31 | (uint32_t)draw(0x007ffffc, 0x00800004));
    case 3: return draw_near(-126);
    default: return of_bits((uint32_t)draw(0, 0x01000000));
  }
}
