import CKernels
import Tensors

/// The logistic function in pieces: y = min(max(0, x + 3), 6) / 6. Howard et al. 2019; PyTorch's `nn.Hardsigmoid`.
public final class Hardsigmoid: Activation {
  /// A layer for inputs of a shape.
  public init(input: Shape) {
    super.init(kind: "hardsigmoid", input: input, function: DPT_HARDSIGMOID, derivativeFrom: .input)
  }
}
