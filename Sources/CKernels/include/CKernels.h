// The arithmetic of dp-train: float32, the same bits on every instruction set.
//
// Every kernel (kernels.h) is compiled once per instruction set from one source (body/) and chosen at run time.
// SIMD lanes run across output columns, never across a product's sum: each output element is one chain of fused
// multiply-adds in ascending order, so its bits depend neither on the other rows nor on blocking nor on the
// instruction set.
//
// Matrices are row-major; "stride" is the distance of two rows in floats. Kernels may read up to 15 floats past the
// end of a row's valid columns, and write whole groups of 16 columns, so buffers end with that much slack.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "poison.h"

/// Number of columns in one packed panel and in one SIMD group.
#define DPT_LANES 16

// MARK: Instruction sets (dispatch.c)

/// Number of variants compiled in, fastest first.
int dpt_variant_count(void);
/// Name of a variant: "avx512", "avx2", "neon" or "baseline".
const char *dpt_variant_name(int index);
/// Whether this processor can run the variant.
bool dpt_variant_supported(int index);
/// Chooses the variant by name for all later calls; false where it is unknown or not supported here.
/// Not to be called while another thread computes.
bool dpt_select_variant(const char *name);
/// The variant in use; the first call chooses the fastest that the processor supports.
const char *dpt_active_variant(void);
/// The compiler of the kernels and its version, as it names itself.
const char *dpt_compiler(void);

// MARK: Packing (pack.c); moves bits only

/// Number of floats that `columns` output columns of inner length `inner` take when packed in panels of 16.
size_t dpt_packed_count(long inner, long columns);
/// Packs the transpose of `w` (outputs × inner, stride `stride`) into panels: panel p, row k holds w[16p + j][k].
void dpt_pack_transposed(const float *w, long outputs, long inner, long stride, float *packed);
/// Packs `w` (inner × outputs, stride `stride`) into panels: panel p, row k holds w[k][16p + j].
void dpt_pack(const float *w, long inner, long outputs, long stride, float *packed);
/// Packs w[o][kh][kw][c] (rows `wStride` floats apart) for a convolution's backward pass.
void dpt_pack_convolution_back(const float *w, long outputs, long taps, long channels, long wStride, float *packed);

// MARK: Matrix products

/// What a product's accumulators start from.
typedef enum {
  DPT_START_ZERO,
  /// One value per column, `bias`.
  DPT_START_BIAS,
  /// What `c` holds already.
  DPT_START_OUTPUT,
} dpt_start;

/// C = start + A · B.
typedef struct {
  /// Rows of A; the inner dimension is `segments` stretches of `segmentLength` floats, `segmentStride` apart.
  const float *a;
  long aStride;
  long segments, segmentLength, segmentStride;
  /// B in panels of 16 columns (`dpt_pack`), inner length segments · segmentLength.
  const float *b;
  /// A second product that every element's chain goes on with, inner length `inner2`, as A and B; NULL where none.
  const float *a2;
  long a2Stride, inner2;
  const float *b2;
  /// Start values for DPT_START_BIAS, padded with zeros to whole panels.
  const float *bias;
  float *c;
  long cStride;
  long rows, columns;
  dpt_start start;
} dpt_product;

/// C = bias + A · B, where B are weights as they lie: B[k][j] = weights[k · weightsStride + j], or, transposed,
/// weights[j · weightsStride + k]. They are packed on the way; the chains are those of `dpt_multiply`.
typedef struct {
  const float *a;
  long aStride;
  long inner;
  const float *weights;
  long weightsStride;
  bool transposed;
  /// One value per column, padded with zeros to whole panels; NULL for zeros.
  const float *bias;
  float *c;
  long cStride;
  long rows, columns;
  /// Memory for the weights being packed, `dpt_weights_product_scratch` floats.
  float *scratch;
} dpt_weights_product;

/// The shards that one rank holds, as a program for a stack (ReductionTree): after shard i is pushed, its top two are
/// added `joins[i]` times; then, if `emits[i]` ≥ 0, the one value left is node `emits[i]` and is taken off.
typedef struct {
  long shards;
  /// shards + 1 entries: the samples of shard i are rowStart[i] ..< rowStart[i + 1].
  const int32_t *rowStart;
  const int32_t *joins;
  const int32_t *emits;
} dpt_shard_program;

/// out[node][i][j] = sum over the node's shards, in the tree's order, of Σ a[row][i] · b[row][j].
///
/// b's columns may come in groups of `group` columns (a multiple of 16), such as gates, of which the first `groupValid`
/// count; j then counts these, and column k of group q goes to out + i · outI + q · outGroup + k · outJ.
///
/// The rows of a shard are, for each outer step t ascending, the rows r of the shard's samples ascending, `positions`
/// rows a sample: a + t · aOuter + r · aStride.
typedef struct {
  const float *a;
  long aStride, aOuter;
  const float *b;
  long bStride, bOuter;
  long outer, positions;
  /// Columns of a; columns of b, those of all groups with their pads.
  long m, n;
  /// 0 where b has no groups.
  long group, groupValid;
  float *out;
  long outI, outJ, outGroup, outNode;
  /// Memory for large products, which are cut into blocks; NULL where there is none.
  float *scratch;
  size_t scratchCount;
} dpt_outer_product;

/// out[node][j] = sum over the node's shards of Σ base[row][j], rows as above; written to `second` too unless NULL. Columns
/// in groups are counted as above, group after group.
typedef struct {
  const float *base;
  long stride, outerStride, outer, positions;
  /// Columns, those of all groups with their pads.
  long columns;
  /// 0 if there are no groups.
  long group, groupValid;
  float *out, *second;
  long outNode;
} dpt_row_sums;

// MARK: Convolution

/// A two-dimensional cross-correlation of `batch` images, channels last:
/// y[n][oh][ow][o] = bias[o] + Σ x[n][oh·S − P + kh·D][ow·S − P + kw·D][c] · w[o][kh][kw][c], summed over kh, kw, c in
/// this order. One group of channels; layers call it once a group.
typedef struct {
  long batch, height, width, channels;
  /// Floats from one pixel, line and image of x to the next.
  long xStride, xLine, xImage;
  long outHeight, outWidth, outputs;
  /// The same of y.
  long yStride, yLine, yImage;
  /// Whether whole panels may be written behind a pixel's channels.
  bool xPadded, yPadded;
  long kernelHeight, kernelWidth, strideHeight, strideWidth;
  long paddingHeight, paddingWidth, dilationHeight, dilationWidth;
} dpt_convolution;

/// What goes into a convolution's backward pass, and where its results go. Every sample lies at the same place as forwards.
typedef struct {
  dpt_convolution convolution;
  const float *x;
  /// ∂ℓ/∂y.
  float *dy;
  /// Outputs of a ReLU behind the convolution, or NULL: where they are not positive, dy becomes 0.
  const float *rectified;
  /// The taps of max pooling behind the convolution, or NULL. With them ∂ℓ/∂y is made of `pooled`, the gradients of the
  /// pooled outputs, and dy is not used.
  const int8_t *taps;
  const float *pooled;
  dpt_convolution pool;
  /// ∂ℓ/∂w[node][o][kh][kw][c], rows `weightRow` apart, and ∂ℓ/∂bias[node][o] or NULL; nodes `node` apart. Within a shard
  /// pixels ascend; over shards in the tree's order.
  float *weightGradient, *biasGradient;
  long weightRow, node;
  /// ∂ℓ/∂x, or NULL where it is not wanted, and the convolution with dx in x's place. `packed` is the weight packed as inner
  /// (kh, kw, o), columns c (`dpt_pack_convolution_back`).
  float *dx;
  dpt_convolution inverse;
  const float *packed;
  /// `dpt_convolution_backward_scratch` floats.
  float *scratch;
} dpt_convolution_backward;

// MARK: Batch normalization

/// Rows of activations: `outer` steps of the samples' `positions` rows each, as in dpt_outer_product.
typedef struct {
  const float *base;
  long stride, outerStride, outer, positions, columns;
  /// The number of steps of each sample that are there, the first ones, or NULL if all are.
  const int32_t *lengths;
} dpt_rows;

// MARK: Recurrent layers

/// One direction of a recurrent layer over `steps` steps of `batch` samples; hidden rows are `padded` floats wide
/// (hidden size rounded up to 16). Time-major: row (t, b) is at (t · batch + b). A row of the gates is made of groups of
/// `padded` lanes: i, f, g, o (LSTM); the one pre-activation (RNN); n, r, z, m (GRU); c, v (gated).
typedef struct {
  long steps, batch, hidden, padded;
  /// The samples that are gone through: firstSample ..< endSample.
  long firstSample, endSample;
  /// Whether the steps are gone through from the last to the first.
  bool reverse;
  /// Each sample's number of valid steps, the first ones, or NULL where all steps are valid. At steps that are not valid
  /// the state after is zero, and so are the gates' gradients.
  const int32_t *lengths;
  /// Whether all this is more than the caches hold; then each step's rows are fetched while the step before is computed.
  bool fetchesAhead;
  /// The inputs, (steps × batch) rows of `inputs` floats, `xStride` apart, and their weights, transposed and packed per
  /// gate: inputColumns columns (those of the gates that inputs add to, which come first), inner length inputs.
  const float *x;
  long xStride, inputs, inputColumns;
  const float *inputWeights;
  /// Recurrent weights transposed and packed per gate: groups · padded columns, inner length hidden.
  const float *recurrent;
  /// Recurrent weights packed for the backward pass: inner length groups · hidden, `hidden` columns.
  const float *recurrentBack;
  /// Bias of every group.
  const float *bias;
  /// (steps × batch) rows: the activated gates; after the backward pass, the gradients of the pre-activations.
  float *gates;
  /// (steps + 1) × batch rows; block t is the state before step t and block t + 1 the state after it, the other way
  /// round in reverse. The block before the direction's first step is the initial state. `c`, LSTM only, or NULL.
  float *h, *c;
  /// LSTM: tanh of the cell state, steps × batch rows.
  float *tanhC;
  /// Backward: gradient arriving at every step's output (steps × batch rows, stride gradStride), or NULL.
  const float *gradAll;
  /// Backward: gradient arriving at each sample's last valid step (in reverse, first) only (batch rows), or NULL.
  const float *gradLast;
  long gradStride;
  /// Backward scratch: batch rows each; `dc`, LSTM only, or NULL.
  float *dh, *dc;
  /// Backward: where the whole gradient of the state after every valid step goes, for those who want to see it (steps ×
  /// batch rows), or NULL.
  float *stateGradients;
} dpt_recurrence;

// MARK: Layers that work row by row

/// What goes through a layer: `rows` rows of `columns` floats of input x, of result y and, backwards, of the gradient g
/// of the layer's output. Whole groups of 16 columns of y are written.
typedef struct {
  const float *x;
  long xStride;
  const float *g;
  long gStride;
  float *y;
  long yStride;
  long rows, columns;
} dpt_row_pass;

typedef enum {
  /// max(0, x)
  DPT_RELU,
  /// x where positive, else x · parameter
  DPT_LEAKY_RELU,
  DPT_TANH,
  /// 1 / (1 + e^−x)
  DPT_SIGMOID,
  /// x · Φ(x), Φ the standard normal distribution function
  DPT_GELU,
  /// ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))
  DPT_GELU_TANH,
} dpt_activation_kind;

/// Which values dropout keeps: those whose random word is at least `threshold`. The word of a place is a function of
/// (seed, stream, step, sample, place in the sample) alone.
typedef struct {
  /// The rows are steps × batch × positions.
  long steps, batch, positions;
  /// The first sample's number within the global batch.
  long firstSample;
  uint64_t seed;
  uint32_t stream, step, threshold;
  /// Factor of what is kept.
  float scale;
} dpt_dropout_mask;

/// What layer normalization scales and shifts by, and what it keeps of each row.
typedef struct {
  /// One value per column, padded with zeros to whole groups of 16.
  const float *weight, *bias;
  float epsilon;
  /// Mean and 1 / deviation of every row; forwards written, backwards read.
  float *statistics;
} dpt_row_norm;

/// Rows that each looked up one entry of a table of `entries` rows of `columns`.
typedef struct {
  long entries, columns, batch;
  /// entries + 1 places in `order`: the rows that looked up entry e are order[starts[e]] ..< order[starts[e + 1]].
  const int32_t *starts;
  /// Row numbers (step · batch + sample), for each entry by shard, then step, then sample.
  const int32_t *order;
  /// An entry whose gradient is zero, or −1.
  long skipped;
  const float *gradient;
  long stride;
  float *out;
  long outNode;
} dpt_lookup;

// MARK: Losses

/// What a loss writes for every row, in a record of 16 floats whose rest it leaves alone; all 0 for rows that do not
/// count, but for the prediction.
enum {
  DPT_RECORD_LOSS,
  /// 1 where the largest logit (the first of equals) is the target's; for values, how many outputs are positive where
  /// the target is above 0.5, and not positive elsewhere.
  DPT_RECORD_CORRECT,
  /// What the loss is divided by, summed over rows: the target's class weight (1 without weights), or the columns.
  DPT_RECORD_WEIGHT,
  /// What the right ones are counted from: 1, or the columns.
  DPT_RECORD_COUNT,
  /// The class with the largest logit, −1 for values and for rows that do not count.
  DPT_RECORD_PREDICTED,
};

/// A model's outputs, steps × batch × positions rows of `columns`, and what a loss writes: records, and gradients
/// unless NULL (zeros in the pad columns).
typedef struct {
  const float *outputs;
  long stride;
  long steps, batch, positions, columns;
  /// The number of steps of each sample that count, or NULL where all do.
  const int32_t *lengths;
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
  /// ½ d² where |d| < parameter, else parameter (|d| − ½ parameter)
  DPT_HUBER,
  /// the same divided by the parameter
  DPT_SMOOTH_ABSOLUTE,
  /// −y log σ(z) − (1 − y) log(1 − σ(z))
  DPT_BINARY,
} dpt_value_loss_kind;

// MARK: 16-bit formats

/// A format of 16 bits.
typedef enum {
  /// The upper half of a float: 8 bits of exponent, 7 of fraction.
  DPT_BFLOAT16,
  /// IEEE 754's binary16: 5 bits of exponent, 10 of fraction.
  DPT_FLOAT16,
} dpt_half_format;

// MARK: Images

/// How colours are changed; all but hue clamp to 0 … 1.
typedef enum {
  /// x · factor.
  DPT_BRIGHTNESS,
  /// x · factor + mean · (1 − factor).
  DPT_CONTRAST,
  /// x · factor + grey · (1 − factor), the pixel's own grey.
  DPT_SATURATION,
  /// The hue (of HSV) turned by `factor`, in turns of at most a half.
  DPT_HUE,
} dpt_color_kind;

/// One change of colours; `mean` matters for contrast alone.
typedef struct {
  dpt_color_kind kind;
  float factor, mean;
} dpt_color_step;

/// A rotation about the middle: to(y, x) is from(y', x') with x' = cosine · x − sine · y, y' = sine · x + cosine · y,
/// counted from the middle; zero where that lies outside.
typedef struct {
  const float *from[3];
  float *to[3];
  long height, width;
  float cosine, sine;
  /// Between the four nearest pixels; else the nearest one.
  bool bilinear;
} dpt_rotation;

// MARK: Optimizers

/// The numbers of one SGD step.
typedef struct {
  double learningRate, momentum, weightDecay;
  /// Whether momentum looks ahead (Nesterov), and whether this is the first step, which starts the velocity.
  bool nesterov, first;
} dpt_sgd_step;

/// The numbers of one RMSprop step.
typedef struct {
  double learningRate, alpha, epsilon, weightDecay, momentum;
} dpt_rmsprop_step;

/// The numbers of step t of Adam and its kin.
typedef struct {
  double learningRate, beta1, beta2;
  /// 1 − beta1^t and 1 − beta2^t.
  double correction1, correction2;
  double epsilon, weightDecay;
} dpt_adam_step;

// MARK: Kernels, which take what is declared above

#define DPT_KERNEL(RESULT, NAME, PARAMETERS, ARGUMENTS) RESULT dpt_##NAME PARAMETERS;
#include "kernels.h"

#endif
