import CKernels
import Tensors

/// The exponential linear unit: y = x if x > 0, otherwise α (e^x − 1). Clevert, Unterthiner & Hochreiter 2015; PyTorch's
/// `nn.ELU`.
public final class ELU: Activation {
  /// A layer for inputs of a shape.
  public init(input: Shape, alpha: Float = 1) {
    super.init(
      kind: "elu", input: input, function: DPT_ELU, parameter: alpha, second: 1, derivativeFrom: .input)
  }
}
