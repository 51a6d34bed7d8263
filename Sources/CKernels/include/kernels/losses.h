// Structs of the kernels of losses, and their records.
#ifndef DPT_KERNELS_LOSSES_H
#define DPT_KERNELS_LOSSES_H

#include <stdbool.h>
#include <stdint.h>

/// The values that a loss writes for every row, in a record of 16 floats; the others do not change. For rows that do not count
/// all are 0 except the prediction.
enum {
  DPT_RECORD_LOSS,
  /// 1 if the largest logit (the first of equals) is the target's; for values, the number of outputs that are
  /// positive if their target is above 0.5, and not positive otherwise.
  DPT_RECORD_CORRECT,
  /// The loss's divisor, summed over rows: the target's class weight (1 without weights), or the number of columns.
  DPT_RECORD_WEIGHT,
  /// The number of outputs that can be right: 1, or the number of columns.
  DPT_RECORD_COUNT,
  /// The class with the largest logit, −1 for values and for rows that do not count.
  DPT_RECORD_PREDICTED,
};

/// A model's outputs, `rows` rows of `columns`, and a loss's results: records, and gradients unless NULL (zeros in the pad
/// columns).
typedef struct {
  const float *outputs;
  long stride;
  long rows, columns;
  float *records;
  float *gradient;
  long gradientStride;
} dpt_loss_pass;

/// A class for each row.
typedef struct {
  const int32_t *targets;
  /// One weight per class, padded with zeros to whole groups of 16, and their sum; NULL for 1 each, without smoothing.
  const float *weights;
  float weightSum;
  /// The share of the target that is spread over all classes.
  float smoothing;
  /// Whether rows with the target `ignored` do not count.
  bool ignores;
  int32_t ignored;
} dpt_class_targets;

/// Losses of outputs z against numbers y, with d = z − y.
typedef enum {
  /// d²
  DPT_SQUARED,
  /// |d|
  DPT_ABSOLUTE,
  /// ½ d² if |d| < parameter, else parameter (|d| − ½ parameter)
  DPT_HUBER,
  /// the same divided by the parameter
  DPT_SMOOTH_ABSOLUTE,
  /// −y log σ(z) − (1 − y) log(1 − σ(z))
  DPT_BINARY,
} dpt_value_loss_kind;

#endif
