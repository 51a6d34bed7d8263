import CKernels
import Tensors

/// The hyperbolic tangent: y = tanh x, y′ = 1 − y²; within 2 ulp. PyTorch's `nn.Tanh`.
public final class Tanh: Activation {
  /// A layer for inputs of a shape.
  public init(input: Shape) {
    super.init(kind: "tanh", input: input, function: DPT_TANH, derivativeFrom: .output)
  }
}
