import CKernels
import Tensors

/// The rectifier with a limit: y = min(max(0, x), 6), with the derivative 0 at 0 and 6. Krizhevsky 2010; PyTorch's `nn.ReLU6`.
public final class ReLU6: Activation {
  /// A layer for inputs of a shape.
  public init(input: Shape) {
    super.init(kind: "relu6", input: input, function: DPT_RELU6, derivativeFrom: .input)
  }
}
