// Random rows for layers that work row by row.
#ifndef ROWS_H
#define ROWS_H

#include "driver.h"

/// The columns of a case: some have enough for sums to take another order.
typedef struct {
  long least, most;
} column_bounds;
static const column_bounds kFewColumns = {1, 60}, kManyColumns = {257, 1500};

/// Rows of random size; values of ±`size`, sometimes any float.
dpt_row_pass draw_rows(float size, column_bounds columns);
void hash_result(const dpt_row_pass *r);

#endif
