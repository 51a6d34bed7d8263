// The arithmetic of dp-train: float32 or bfloat16 with float32 sums, the same bits on every instruction set.
//
// Every kernel (kernels.h) is compiled once per instruction set from one source (body/) and chosen at run time.
// SIMD lanes run across output columns, never across a product's sum: each output element is one chain of fused
// multiply-adds in ascending order, so its bits depend neither on the other rows nor on blocking nor on the
// instruction set.
//
// Matrices are row-major; "stride" is the distance of two rows in values. Kernels may read up to 15 floats past the
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
/// Name of a variant: "avx512-bf16", "avx512", "avx2", "neon" or "baseline".
const char *dpt_variant_name(int index);
/// Whether this processor can run the variant.
bool dpt_variant_supported(int index);
/// Chooses the variant by name for all later calls; false if it is unknown or not supported here.
/// Do not call it while another thread computes.
bool dpt_select_variant(const char *name);
/// The active variant; the first call chooses the fastest that the processor supports.
const char *dpt_active_variant(void);
/// The name and version of the compiler of the kernels.
const char *dpt_compiler(void);

// MARK: Packing (pack.c); moves bits only

/// Number of floats of `columns` output columns of inner length `inner`, packed in panels of 16.
size_t dpt_packed_count(long inner, long columns);
/// Packs the transpose of `w` (outputs × inner, stride `stride`) into panels: panel p, row k holds w[16p + j][k].
void dpt_pack_transposed(const float *w, long outputs, long inner, long stride, float *packed);
/// Packs `w` (inner × outputs, stride `stride`) into panels: panel p, row k holds w[k][16p + j].
void dpt_pack(const float *w, long inner, long outputs, long stride, float *packed);
/// Packs w[o][tap][c] (rows `wStride` floats apart) with inner length (tap, o) and columns c.
void dpt_pack_taps(const float *w, long outputs, long taps, long channels, long wStride, float *packed);
/// Packs w[c][tap][k] of groups of `width` outputs and channels for their backward pass: panel p, row tap · width + o holds,
/// for channel c = 16p + j, w[output o of c's group][tap][place of c in the group].
void dpt_pack_narrow_groups_back(const float *w, long channels, long taps, long width, float *packed);

// MARK: The kernels' structs, and the list of kernels

#include "kernels/precision.h"
#include "kernels/shards.h"

#include "kernels/attention.h"
#include "kernels/convolution.h"
#include "kernels/half.h"
#include "kernels/images.h"
#include "kernels/joins.h"
#include "kernels/losses.h"
#include "kernels/optimizers.h"
#include "kernels/products.h"
#include "kernels/recurrent.h"
#include "kernels/rows.h"
#include "kernels/upsample.h"

#define DPT_KERNEL(RESULT, NAME, PARAMETERS, ARGUMENTS) RESULT dpt_##NAME PARAMETERS;
#include "kernels.h"

#endif
