// Random parts of reduction trees.
#include "driver.h"

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
