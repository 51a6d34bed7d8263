import CKernels
import Tensors

/// y = x tanh(log(1 + e^x)). Misra 2019; PyTorch's `nn.Mish`.
public final class Mish: Activation {
  /// A layer for inputs of a shape.
  public init(input: Shape) {
    super.init(kind: "mish", input: input, function: DPT_MISH, derivativeFrom: .input)
  }
}
