// The arithmetic of dp-train: float32, the same bits on every instruction set.
//
// Every function below is compiled once per instruction set from one source (body/) and chosen at run time.
// SIMD lanes run across output columns, never across a sum: each output element is one chain of fused
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

// MARK: Matrix products (body/gemm.h, body/weights_product.h, body/weight_gradient.h, body/weight_gradient_blocks.h)

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

void dpt_multiply(const dpt_product *p);

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

/// Floats of scratch that `dpt_multiply_weights` needs.
size_t dpt_weights_product_scratch(long inner, long columns);
void dpt_multiply_weights(const dpt_weights_product *p);

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

/// Floats of scratch with which `dpt_weight_gradient` runs fastest, for m × n results and `shards` shards.
size_t dpt_weight_gradient_scratch(long m, long n, long shards);
void dpt_weight_gradient(const dpt_outer_product *p, const dpt_shard_program *shards);

/// out[node][j] = sum over the node's shards of Σ b[row][j], rows as above; written to `out2` too where not NULL. Columns
/// in groups are counted as above, group after group.
void dpt_bias_gradient(const float *b, long bStride, long bOuter, long outer, long positions, long n, long group,
                       long groupValid, float *out, float *out2, long outNode, const dpt_shard_program *shards);

// MARK: Convolution (body/convolution.h, body/convolution_gradient.h, body/convolution_backward.h)

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

/// Forward: `packed` is the weight packed transposed (inner kh, kw, c), `bias` padded to panels or NULL. With `relu`,
/// negative outputs become 0.
void dpt_convolve(const dpt_convolution *g, const float *x, const float *packed, const float *bias, float *y,
                  bool relu);
/// The fewest samples that `dpt_convolve` is as fast for as for many.
long dpt_convolution_samples(const dpt_convolution *g);

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

/// Packs w[o][kh][kw][c] (rows `wStride` floats apart) for the backward pass.
void dpt_pack_convolution_back(const float *w, long outputs, long taps, long channels, long wStride, float *packed);
/// Floats of scratch that `dpt_convolve_back` needs for a program of `shards` shards, with or without pooling.
size_t dpt_convolution_backward_scratch(const dpt_convolution *g, long shards, bool pooled);
/// The gradients of the weights, the biases and the inputs for all samples of the shards.
void dpt_convolve_back(const dpt_convolution_backward *p, const dpt_shard_program *shards);

// MARK: Pooling (body/pooling.h); a window is a convolution's, `outputs` being `channels`

/// The largest value of each window, and the tap that held it (at the same place as in y). With `rectified` a value that is
/// not positive has the tap −1, to which no gradient goes: x are outputs of a ReLU, whose derivative is 0 there.
void dpt_max_pool(const dpt_convolution *g, const float *x, float *y, int8_t *taps, bool rectified);
void dpt_max_pool_back(const dpt_convolution *g, const float *dy, const int8_t *taps, float *dx);
/// The mean of each window, padding counted as zeros.
void dpt_average_pool(const dpt_convolution *g, const float *x, float *y);
void dpt_average_pool_back(const dpt_convolution *g, const float *dy, float *dx);

// MARK: Batch normalization and sums of activations (body/batch_norm.h)

/// Rows of activations: `outer` steps of the samples' `positions` rows each, as in dpt_outer_product.
typedef struct {
  const float *base;
  long stride, outerStride, outer, positions, columns;
  /// The number of steps of each sample that are there, the first ones, or NULL if all are.
  const int32_t *lengths;
} dpt_rows;

/// out[node][j] = Σ (x − shift) and out[node][gap + j] = Σ (x − shift)² over the node's rows of steps that are there; whole groups of 16.
void dpt_batch_norm_moments(const dpt_rows *r, const float *shift, float *out, long gap, long outNode,
                            const dpt_shard_program *shards);
/// out[node][j] = Σ dy and out[node][gap + j] = Σ dy · (x − mean) · inverse over the node's rows; dy has the same rows as
/// x, `dyStride` floats apart.
void dpt_batch_norm_gradients(const dpt_rows *r, const float *dy, long dyStride, const float *mean,
                              const float *inverse, float *out, long gap, long outNode,
                              const dpt_shard_program *shards);
/// y = (x − mean) · factor + shift by channel, negative values 0 with `relu`.
void dpt_scale_rows(const float *x, long xStride, float *y, long yStride, long rows, long columns, const float *mean,
                    const float *factor, const float *shift, bool relu);
/// dy ← a · dy + b · (x − mean) + c by channel.
void dpt_combine_rows(float *dy, long dyStride, const float *x, long xStride, long rows, long columns,
                      const float *mean, const float *a, const float *b, const float *c);
/// dy ← dy where y > 0, else 0; n a multiple of 16.
void dpt_relu_back(const float *y, float *dy, long n);
/// y = a + b, negative values 0 with `relu`; n a multiple of 16; y may be a or b.
void dpt_add_rows(const float *a, const float *b, float *y, long n, bool relu);

// MARK: Recurrent layers (body/recurrent.h)

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

void dpt_lstm_forward(const dpt_recurrence *r);
void dpt_lstm_backward(const dpt_recurrence *r);
void dpt_rnn_forward(const dpt_recurrence *r, bool relu);
void dpt_rnn_backward(const dpt_recurrence *r, bool relu);
void dpt_gru_forward(const dpt_recurrence *r);
void dpt_gru_backward(const dpt_recurrence *r);
void dpt_gated_forward(const dpt_recurrence *r);
void dpt_gated_backward(const dpt_recurrence *r);

// MARK: Elementary functions (body/elementary.h), each within 2 ulp

void dpt_exp(const float *x, float *y, long n);
void dpt_log(const float *x, float *y, long n);
void dpt_tanh(const float *x, float *y, long n);
void dpt_sigmoid(const float *x, float *y, long n);
void dpt_erf(const float *x, float *y, long n);

// MARK: Layers that work row by row (body/activation.h, body/normalization.h, body/embedding.h)

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

/// y = f(x).
void dpt_activation(dpt_activation_kind kind, float parameter, const dpt_row_pass *r);
/// y = g ⊙ f′, where x holds the outputs of tanh and the logistic function, else the inputs.
void dpt_activation_gradient(dpt_activation_kind kind, float parameter, const dpt_row_pass *r);
/// y = softmax(x), row by row.
void dpt_softmax(const dpt_row_pass *r);
/// y = x ⊙ (g − Σ x ⊙ g), where x holds the outputs of softmax.
void dpt_softmax_gradient(const dpt_row_pass *r);

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

/// y = x · scale where kept, else 0; the same on gradients. y may be x.
void dpt_dropout(const dpt_row_pass *r, const dpt_dropout_mask *mask);

typedef struct {
  /// One value per column, padded with zeros to whole groups of 16.
  const float *weight, *bias;
  float epsilon;
  /// Mean and 1 / deviation of every row; forwards written, backwards read.
  float *statistics;
} dpt_row_norm;

/// y = (x − mean) / √(variance + ε) ⊙ weight + bias, mean and (biased) variance over each row.
void dpt_layer_norm(const dpt_row_pass *r, const dpt_row_norm *p);
/// The gradient of x to y (unless NULL), and to `scaled` g ⊙ (x − mean) / deviation, whose rows' sum is the weight's.
void dpt_layer_norm_gradient(const dpt_row_pass *r, const dpt_row_norm *p, float *scaled, long scaledStride);

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

/// out[node][entry] = sum over the node's shards, in the tree's order, of the gradients of the rows.
void dpt_embedding_gradient(const dpt_lookup *p, const dpt_shard_program *shards);

// MARK: Losses (body/loss.h)

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

/// Cross-entropy of logits with class indices: loss = w[target] (log Σ exp(z) − z[target]) and gradient =
/// w[target] (softmax − one-hot), the target spread by the smoothing as in Szegedy et al. 2016. The largest logit is
/// subtracted first (Goodfellow et al., Deep Learning, section 4.1).
void dpt_cross_entropy(const dpt_loss_pass *p, const dpt_class_targets *targets);

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

/// The loss of each row, summed over its columns.
void dpt_value_loss(dpt_value_loss_kind kind, float parameter, const dpt_loss_pass *p, const float *targets,
                    long targetStride);

// MARK: Flat vectors (body/flat.h)

/// quotient = x / divisor; both may be one.
void dpt_divide(const float *x, float *quotient, long n, float divisor);
/// x = x · factor.
void dpt_scale(float *x, long n, float factor);
/// Σ x² in a fixed order: within each block of 1024 16 lanes in float, these in double; then the blocks' sums, ascending,
/// in double. So blocks may be summed apart and their sums added.
double dpt_sum_of_squares(const float *x, long n);
/// x = x + y.
void dpt_add(float *x, const float *y, long n);
/// x = x + factor · y.
void dpt_add_scaled(float *x, const float *y, long n, float factor);
/// x = x + share · (y − x).
void dpt_approach(float *x, const float *y, long n, float share);
/// Each x to the nearest value in ±limit; a NaN stays.
void dpt_clamp(float *x, long n, float limit);

// MARK: 16-bit formats (body/half.h)

/// A format of 16 bits.
typedef enum {
  /// The upper half of a float: 8 bits of exponent, 7 of fraction.
  DPT_BFLOAT16,
  /// IEEE 754's binary16: 5 bits of exponent, 10 of fraction.
  DPT_FLOAT16,
} dpt_half_format;

/// rounded = x + residual, rounded to the nearest value of the format (ties to even, ±the largest finite one beyond it);
/// residual = what that leaves out. Where the sum is infinite or no number it stays so, and the residual as it was.
/// `rounded` may be `x`.
void dpt_round_halves(const float *x, float *residual, float *rounded, long n, dpt_half_format format);
/// Floats that are values of the format, in 16 bits each.
void dpt_pack_halves(const float *x, uint16_t *packed, long n, dpt_half_format format);
/// The floats again.
void dpt_unpack_halves(const uint16_t *packed, float *x, long n, dpt_half_format format);

// MARK: Images (body/image.h): three planes of floats from 0 to 1, rows packed, or 8-bit pixels

/// Pixels of three bytes to planes: each byte / 255.
void dpt_image_planes(const uint8_t *pixels, long n, float *r, float *g, float *b);
/// Planes to pixels of three bytes: each float · 255, rounded, what lies beyond 0 … 255 to the nearer end.
void dpt_image_pixels(const float *r, const float *g, const float *b, long n, uint8_t *pixels);
/// Planes to pixels of three floats: (x − mean) · factor, each of three.
void dpt_image_normalize(const float *r, const float *g, const float *b, long n, const float *mean,
                         const float *factor, float *out);
/// out = Σ weights[k] · rows[k], in ascending k.
void dpt_weighted_rows(const float *const *rows, const float *weights, long taps, float *out, long n);
/// out[j] = Σ weights[k · n + j] · row[first[j] + k], in ascending k.
void dpt_resample_row(const float *row, const int32_t *first, const float *weights, long taps, float *out, long n);

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

/// Changes n colours in place by the steps one after the other; gives the sum of the results' greys.
double dpt_adjust_colors(float *r, float *g, float *b, long n, const dpt_color_step *steps, long count);

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

/// Rotates three planes.
void dpt_rotate(const dpt_rotation *r);

// MARK: Optimizers (body/optimizers.h); the formulas stand with the Swift classes that call these

/// PyTorch's SGD update; `momentum` buffer NULL where momentum is 0, `first` on the first step.
void dpt_sgd(float *w, const float *g, float *momentumBuffer, long n, double learningRate, double momentum,
             double weightDecay, bool nesterov, bool first);

/// The numbers of one RMSprop step.
typedef struct {
  double learningRate, alpha, epsilon, weightDecay, momentum;
} dpt_rmsprop_step;

/// PyTorch's RMSprop update; `mean` NULL where it is not centered, `velocity` NULL where momentum is 0.
void dpt_rmsprop(float *w, const float *g, float *v, float *mean, float *velocity, long n, const dpt_rmsprop_step *s);

/// The numbers of step t of Adam and its kin.
typedef struct {
  double learningRate, beta1, beta2;
  /// 1 − beta1^t and 1 − beta2^t.
  double correction1, correction2;
  double epsilon, weightDecay;
} dpt_adam_step;

/// PyTorch's Adam update, or AdamW's where `decoupled`.
void dpt_adam(float *w, const float *g, float *m, float *v, long n, const dpt_adam_step *s, bool decoupled);
/// Moves LAMB's means one step on and writes m̂ / (√v̂ + ε) + λw; the learning rate is not used.
void dpt_lamb_direction(const float *w, const float *g, float *m, float *v, float *direction, long n,
                        const dpt_adam_step *s);
/// LARS's update of one parameter, `rate` being the global times the local learning rate.
void dpt_lars(float *w, const float *g, float *velocity, long n, double rate, double momentum, double weightDecay);

// MARK: The processor's limit (body/peak.h)

/// Runs `turns` turns of independent chains x ← x · factor + summand in registers, the most that the processor can
/// multiply and add; writes 16 floats that depend on all chains, and returns the number of operations, two per
/// multiply-add.
double dpt_multiply_adds(long turns, float factor, float summand, float *result);

#endif
