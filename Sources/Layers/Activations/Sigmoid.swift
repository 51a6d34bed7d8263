import CKernels
import Tensors

/// The logistic function: y = 1 / (1 + e^−x), y′ = y (1 − y); within 2 ulp. PyTorch's `nn.Sigmoid`.
public final class Sigmoid: Activation {
  /// A layer for inputs of a shape.
  public init(input: Shape) {
    super.init(kind: "sigmoid", input: input, function: DPT_SIGMOID, derivativeFrom: .output)
  }
}
