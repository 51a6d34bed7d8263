import CKernels
import Tensors

/// SiLU in pieces: y = x min(max(0, x + 3), 6) / 6. Howard et al. 2019 (MobileNetV3); PyTorch's `nn.Hardswish`.
public final class Hardswish: Activation {
  /// A layer for inputs of a shape.
  public init(input: Shape) {
    super.init(kind: "hardswish", input: input, function: DPT_HARDSWISH, derivativeFrom: .input)
  }
}
