// Prints a hash of the results of every kernel on a few thousand random cases, for one instruction set.
#include "driver.h"

// MARK: Numbers (splitmix64; Steele, Lea & Flood 2014)

static uint64_t state;

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

float draw_any_float(void) {
  const uint32_t bits = (uint32_t)(draw_word() >> 32);
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// MARK: Memory

enum { kBlocks = 256, kSlack = 64 };
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

float *random_floats(long count, float size) {
  float *values = floats(count);
  // Fill the slack too: kernels may read it, but results must not depend on it.
  for (long i = 0; i < count + kSlack; i++) values[i] = draw_float(size);
  return values;
}

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

static size_t size_in(dpt_precision in) { return in == DPT_IN_BFLOAT16 ? sizeof(uint16_t) : sizeof(float); }

static void set_value_in(dpt_precision in, void *values, long at, float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  const uint16_t upper = (uint16_t)(bits >> 16);
  char *place = (char *)values + at * (long)size_in(in);
  if (in == DPT_IN_BFLOAT16) memcpy(place, &upper, sizeof upper);
  else memcpy(place, &x, sizeof x);
}

static float value_in(dpt_precision in, const void *values, long at) {
  if (in == DPT_IN_FLOAT32) return ((const float *)values)[at];
  const uint32_t bits = (uint32_t)((const uint16_t *)values)[at] << 16;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

void *random_values_in(dpt_precision in, long count, float size) {
  void *values = allocate((size_t)(count + kSlack) * size_in(in));
  for (long i = 0; i < count + kSlack; i++) set_value_in(in, values, i, draw_float(size));
  return values;
}

void *values(long count) { return allocate((size_t)(count + kSlack) * size_in(precision)); }
void *random_values(long count, float size) { return random_values_in(precision, count, size); }
void set_value(void *values, long at, float x) { set_value_in(precision, values, at, x); }
void *value_at(const void *values, long count) { return (char *)values + count * (long)size_in(precision); }

// MARK: Hash (FNV-1a over 32-bit words)

static uint64_t hash;

static void hash_word(uint32_t word) { hash = (hash ^ word) * 0x100000001b3u; }

void hash_floats(const float *values, long count) {
  for (long i = 0; i < count; i++) {
    uint32_t bits = 0x7fc00000;
    if (values[i] == values[i]) memcpy(&bits, values + i, sizeof bits);
    hash_word(bits);
  }
}

void hash_rows(const float *values, long rows, long columns, long stride) {
  for (long i = 0; i < rows; i++) hash_floats(values + i * stride, columns);
}

void hash_values_in(dpt_precision in, const void *values, long rows, long columns, long stride) {
  for (long i = 0; i < rows; i++)
    for (long k = 0; k < columns; k++) hash_floats(&(float){value_in(in, values, i * stride + k)}, 1);
}

void hash_values(const void *values, long rows, long columns, long stride) {
  hash_values_in(precision, values, rows, columns, stride);
}

void hash_words(const int32_t *values, long count) {
  for (long i = 0; i < count; i++) hash_word((uint32_t)values[i]);
}

void hash_double(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  hash_word((uint32_t)bits);
  hash_word((uint32_t)(bits >> 32));
}

void each_case(const char *name, long cases, void (*body)(void)) {
  state = 1;
  for (const char *c = name; *c; c++) state = state * 31 + (uint64_t)*c;
  hash = 0xcbf29ce484222325u;
  for (long i = 0; i < cases; i++) {
    body();
    release_all();
  }
  printf("%s %s %ld %016llx\n", name, precision == DPT_IN_BFLOAT16 ? "bfloat16" : "float32", cases,
         (unsigned long long)hash);
  fflush(stdout);
}

void each_precision(const char *name, long cases, void (*body)(void)) {
  for (int in = DPT_IN_FLOAT32; in <= DPT_IN_BFLOAT16; in++) {
    precision = (dpt_precision)in;
    each_case(name, cases, body);
  }
  precision = DPT_IN_FLOAT32;
}

// MARK: Shards

typedef struct {
  long first, end, count;
  int32_t *joins, *emits;
  long nodes;
} builder;

// The node of the tree over shards `low` ..< `high`; it splits at the largest power of two below its size.
static void add_node(builder *b, long low, long high, bool parentIsWhole) {
  if (high <= b->first || low >= b->end) return;
  const bool isWhole = low >= b->first && high <= b->end;
  if (high - low == 1) {
    b->joins[b->count] = 0;
    b->emits[b->count++] = -1;
  } else {
    long half = 1;
    while (half * 2 < high - low) half *= 2;
    add_node(b, low, low + half, isWhole);
    add_node(b, low + half, high, isWhole);
    if (isWhole) b->joins[b->count - 1]++;
  }
  if (isWhole && !parentIsWhole) b->emits[b->count - 1] = (int32_t)b->nodes++;
}

part random_part(long most) {
  const long all = draw(1, most);
  builder b = {.first = draw(0, all - 1)};
  if (draw_bool()) b.first = 0;
  b.end = draw_bool() ? all : draw(b.first + 1, all);
  b.joins = memory((size_t)all * sizeof(int32_t));
  b.emits = memory((size_t)all * sizeof(int32_t));
  add_node(&b, 0, all, false);
  int32_t *rows = memory((size_t)(b.count + 1) * sizeof(int32_t));
  // A shard may be empty, but not all.
  for (long i = 0; i < b.count; i++) rows[i + 1] = rows[i] + (int32_t)draw(i == 0 ? 1 : 0, 5);
  return (part){{b.count, rows, b.joins, b.emits}, rows[b.count], b.nodes};
}

int main(int argc, char **argv) {
  if (argc != 2) {
    for (int i = 0; i < dpt_variant_count(); i++)
      if (dpt_variant_supported(i)) printf("%s\n", dpt_variant_name(i));
    return argc == 1 ? 0 : 64;
  }
  if (!dpt_select_variant(argv[1])) {
    fprintf(stderr, "this processor has no instruction set \"%s\"\n", argv[1]);
    return 69;
  }
  product_cases();
  convolution_cases();
  recurrence_cases();
  row_cases();
  flat_cases();
  return 0;
}
