// Prints a hash of the results of every kernel on some thousand random cases, for one instruction set. Two kernels are not
// among them, since what they return depends on the set: `dpt_multiply_adds`, the processor's peak, and
// `dpt_convolution_samples`, how many samples to compute at once.
#include "driver.h"

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
  gradient_cases();
  convolution_cases();
  narrow_group_cases();
  pooling_cases();
  recurrence_cases();
  row_cases();
  normalization_cases();
  join_cases();
  loss_cases();
  rounding_cases();
  flat_cases();
  image_cases();
  optimizer_cases();
  return 0;
}
