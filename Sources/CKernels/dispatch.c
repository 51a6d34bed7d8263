// Chooses the variant: the fastest that the processor supports, unless one is selected by name.
#include "table.h"
#include <string.h>

typedef struct {
  const char *name;
  // By precision; the kernels that do not depend on it are those of the first.
  const dpt_kernels *kernels[2];
} variant;

static const variant kVariants[] = {
#if defined(__x86_64__)
    {"avx512-bf16", {&dpt_kernels_avx512, &dpt_kernels_avx512bf16_rounded}},
    {"avx512", {&dpt_kernels_avx512, &dpt_kernels_avx512_rounded}},
    {"avx2", {&dpt_kernels_avx2, &dpt_kernels_avx2_rounded}},
    {"baseline", {&dpt_kernels_baseline, &dpt_kernels_baseline_rounded}},
#elif defined(__aarch64__)
    {"neon", {&dpt_kernels_baseline, &dpt_kernels_baseline_rounded}},
#else
    {"baseline", {&dpt_kernels_baseline, &dpt_kernels_baseline_rounded}},
#endif
};

enum { kVariantCount = sizeof kVariants / sizeof kVariants[0] };

static const variant *active;

int dpt_variant_count(void) { return kVariantCount; }

const char *dpt_variant_name(int index) { return kVariants[index].name; }

bool dpt_variant_supported(int index) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  const dpt_kernels *rounded = kVariants[index].kernels[DPT_IN_BFLOAT16];
  if (rounded == &dpt_kernels_avx2_rounded) return avx2;
  if (rounded == &dpt_kernels_avx512_rounded) return avx512;
  if (rounded == &dpt_kernels_avx512bf16_rounded) return avx512 && __builtin_cpu_supports("avx512bf16");
#endif
  (void)index;
  return true;
}

bool dpt_select_variant(const char *name) {
  for (int i = 0; i < kVariantCount; i++)
    if (strcmp(kVariants[i].name, name) == 0 && dpt_variant_supported(i)) {
      __atomic_store_n(&active, &kVariants[i], __ATOMIC_RELEASE);
      return true;
    }
  return false;
}

static const variant *current(void) {
  const variant *chosen = __atomic_load_n(&active, __ATOMIC_ACQUIRE);
  if (chosen) return chosen;
  int i = 0;
  while (!dpt_variant_supported(i)) i++;
  // Two threads at once choose the same variant.
  __atomic_store_n(&active, &kVariants[i], __ATOMIC_RELEASE);
  return &kVariants[i];
}

const char *dpt_active_variant(void) { return current()->name; }

const char *dpt_compiler(void) { return __VERSION__; }

#define DPT_VALUES(RESULT, NAME, PARAMETERS, ARGUMENTS, PRECISION) \
  RESULT dpt_##NAME PARAMETERS { return current()->kernels[PRECISION]->NAME ARGUMENTS; }
#define DPT_VALUES_SCRATCH(NAME, PARAMETERS, ARGUMENTS, PRECISION)           \
  size_t dpt_##NAME PARAMETERS {                                             \
    size_t most = 0;                                                         \
    for (int i = 0; i < kVariantCount; i++) {                                \
      if (!dpt_variant_supported(i)) continue;                               \
      const size_t needs = kVariants[i].kernels[PRECISION]->NAME ARGUMENTS;  \
      if (needs > most) most = needs;                                        \
    }                                                                        \
    return most;                                                             \
  }
#define DPT_KERNEL(RESULT, NAME, PARAMETERS, ARGUMENTS) \
  DPT_VALUES(RESULT, NAME, PARAMETERS, ARGUMENTS, DPT_IN_FLOAT32)
#define DPT_SCRATCH(NAME, PARAMETERS, ARGUMENTS) DPT_VALUES_SCRATCH(NAME, PARAMETERS, ARGUMENTS, DPT_IN_FLOAT32)
#include "include/kernels.h"
