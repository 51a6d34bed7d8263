// Structs of the kernels of losses, and their records.
#ifndef DPT_KERNELS_LOSSES_H
#define DPT_KERNELS_LOSSES_H

#include <stdbool.h>
#include <stdint.h>

/// The values that a loss writes for every row, in a record of 16 floats; the others do not change. For rows that do not count
/// all are 0 except the prediction.
enum {
  DPT_RECORD_LOSS,
  /// 1 if the largest logit (the first of equals) is the target's, of two targets that of the greater share; for values,
  /// the number of outputs that are positive if their target is above 0.5, and not positive otherwise.
  DPT_RECORD_CORRECT,
  /// The loss's divisor, summed over rows: the target's class weight (1 without weights, or with two targets), or the number
  /// of columns.
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

/// A class for each row, or two that share it.
typedef struct {
  const int32_t *targets;
  /// The second class of each row; NULL for none.
  const int32_t *partners;
  /// The first class's share of a row with two, 0 to 1; the second has the rest.
  float share;
  /// The exponent of the focal loss, 0 for cross-entropy. If it is above 0, there is no smoothing.
  float gamma;
  /// One weight per class, padded with zeros to whole groups of 16, and their sum; NULL for 1 each, without smoothing.
  const float *weights;
  float weightSum;
  /// The share of the target that is spread over all classes.
  float smoothing;
  /// Whether rows do not count if one of their targets is `ignored`.
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

/// A target from 0 to 1 for each output z, an event's logit.
typedef struct {
  const float *targets;
  long stride;
  /// A weight of the positive part for each column, padded to whole groups of 16; NULL for the focal loss.
  const float *positiveWeights;
  /// Of the focal loss: the weight of events that happen, and 1 minus that of others; below 0 for 1 each.
  float alpha;
  /// The exponent of the focal loss, at least 0.
  float gamma;
} dpt_event_targets;

#endif
