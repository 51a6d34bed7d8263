// Matrix products.
#include "driver.h"

static void product(void) {
  dpt_product p = {
      .precision = precision, .rows = draw(1, 40), .columns = draw(1, 70), .segments = draw(1, 3),
      .segmentLength = draw(1, 40), .start = (dpt_start)draw(DPT_START_ZERO, DPT_START_OUTPUT),
  };
  // Sometimes more rows than are laid out at once.
  if (draw(0, 9) == 0) p.rows = draw(300, 500);
  p.segmentStride = p.segmentLength + draw(0, 5);
  p.aStride = p.segments * p.segmentStride;
  p.cStride = PADDED(p.columns);
  p.a = random_values(p.rows * p.aStride, 1);
  const long inner = p.segments * p.segmentLength;
  float *packed = scratch(dpt_packed_count(inner, p.columns));
  if (draw_bool()) dpt_pack(random_floats(inner * p.columns, 1), inner, p.columns, p.columns, packed);
  else dpt_pack_transposed(random_floats(inner * p.columns, 1), p.columns, inner, inner, packed);
  dpt_round_panels(precision, packed, p.cStride / DPT_LANES, p.segments, p.segmentLength);
  p.b = packed;
  p.bias = random_starts(p.cStride, 1);
  p.c = random_starts_in(precision, p.rows * p.cStride, 1);
  p.scratch = scratch(dpt_product_scratch(precision, p.rows, p.segments * (p.segmentLength + p.segmentLength % 2)));
  dpt_multiply(&p);
  hash_values(p.c, p.rows, p.columns, p.cStride);
}

static void weights_product(void) {
  dpt_weights_product p = {
      .precision = precision, .aPrecision = draw_precision(), .cPrecision = draw_precision(), .rows = draw(1, 40),
      .inner = draw(1, 60), .columns = draw(1, 70), .transposed = draw_bool(),
  };
  // Sometimes more than is packed at once.
  switch (draw(0, 9)) {
    case 0: p.rows = draw(300, 500); break;
    case 1: p.inner = draw(250, 600); break;
    case 2: p.columns = draw(250, 520); break;
  }
  p.aStride = p.inner + draw(0, 5);
  p.cStride = PADDED(p.columns);
  p.a = random_values_in(p.aPrecision, p.rows * p.aStride, 1);
  p.weightsStride = (p.transposed ? p.inner : p.columns) + draw(0, 3);
  p.weights = random_floats((p.transposed ? p.columns : p.inner) * p.weightsStride, 1);
  if (draw_bool()) p.bias = random_starts(p.cStride, 1);
  p.c = random_values_in(p.cPrecision, p.rows * p.cStride, 1);
  p.scratch = scratch(dpt_weights_product_scratch(precision, p.rows, p.inner, p.columns));
  dpt_multiply_weights(&p);
  hash_values_in(p.cPrecision, p.c, p.rows, p.columns, p.cStride);
}

void product_cases(void) {
  each_precision("product", 600, product);
  each_precision("weights-product", 600, weights_product);
}
