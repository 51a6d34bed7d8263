import CKernels
import Tensors

/// The sigmoid linear unit, also called swish: y = x σ(x), σ(x) = 1 / (1 + e^−x). Elfwing, Uchibe & Doya 2017; PyTorch's
/// `nn.SiLU`.
public final class SiLU: Activation {
  /// A layer for inputs of a shape.
  public init(input: Shape) {
    super.init(kind: "silu", input: input, function: DPT_SILU, derivativeFrom: .input)
  }
}
