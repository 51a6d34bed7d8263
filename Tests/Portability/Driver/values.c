// Memory with slack, and values of either precision in it.
#include "driver.h"

// MARK: Memory

// Kernels may read kSlack values after the last, and write whole groups.
enum { kBlocks = 256, kSlack = DPT_LANES };
static void *blocks[kBlocks];
static int blockCount;

static void *allocate(size_t bytes) {
  void *block = calloc(1, bytes);
  if (!block || blockCount == kBlocks) {
    fprintf(stderr, "no memory for a case\n");
    exit(71);
  }
  return blocks[blockCount++] = block;
}

void *memory(size_t bytes) { return allocate(bytes + kSlack * sizeof(float)); }

float *floats(long count) { return memory((size_t)count * sizeof(float)); }

float *scratch(size_t count) {
  float *floats = allocate(count * sizeof(float));
  memset(floats, 0xff, count * sizeof(float));
  return floats;
}

void release_all(void) {
  while (blockCount > 0) free(blocks[--blockCount]);
}

// MARK: Values

dpt_precision precision;

dpt_precision draw_precision(void) { return draw_bool() ? precision : DPT_IN_FLOAT32; }

static size_t size_in(dpt_precision in) { return in == DPT_IN_BFLOAT16 ? sizeof(uint16_t) : sizeof(float); }

static void set_value_in(dpt_precision in, void *values, long at, float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  const uint16_t upper = (uint16_t)(bits >> 16);
  char *place = (char *)values + at * (long)size_in(in);
  if (in == DPT_IN_BFLOAT16) memcpy(place, &upper, sizeof upper);
  else memcpy(place, &x, sizeof x);
}

static void *allocate_values(dpt_precision in, long count) { return allocate((size_t)(count + kSlack) * size_in(in)); }

// Fills the slack too: kernels may read it, but results must not depend on it.
static void *filled_with(float (*draw_one)(float), dpt_precision in, long count, float size) {
  void *values = allocate_values(in, count);
  for (long i = 0; i < count + kSlack; i++) set_value_in(in, values, i, draw_one(size));
  return values;
}

void *values(long count) { return allocate_values(precision, count); }
void *random_values_in(dpt_precision in, long count, float size) { return filled_with(draw_number, in, count, size); }
void *random_starts_in(dpt_precision in, long count, float size) { return filled_with(draw_start, in, count, size); }
void *random_values(long count, float size) { return random_values_in(precision, count, size); }
float *random_floats(long count, float size) { return random_values_in(DPT_IN_FLOAT32, count, size); }
float *random_starts(long count, float size) { return random_starts_in(DPT_IN_FLOAT32, count, size); }

void set_value(void *values, long at, float x) { set_value_in(precision, values, at, x); }
void *value_at(const void *values, long count) { return (char *)values + count * (long)size_in(precision); }
