import CKernels
import Tensors

/// The rectifier: y = max(0, x), with the derivative 0 at 0. Nair & Hinton 2010; PyTorch's `nn.ReLU`.
public final class ReLU: Activation {
  /// A layer for inputs of a shape.
  public init(input: Shape) {
    super.init(kind: "relu", input: input, function: DPT_RELU, derivativeFrom: .output)
  }
}
