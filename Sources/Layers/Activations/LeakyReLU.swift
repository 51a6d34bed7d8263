import CKernels
import Tensors

/// The leaky rectifier: y = x if x > 0, otherwise negativeSlope · x. Maas, Hannun & Ng 2013; PyTorch's `nn.LeakyReLU`.
public final class LeakyReLU: Activation {
  /// A layer for inputs of a shape.
  public init(input: Shape, negativeSlope: Float = 0.01) {
    super.init(
      kind: "leaky-relu", input: input, function: DPT_LEAKY_RELU, parameter: negativeSlope, derivativeFrom: .input)
  }
}
