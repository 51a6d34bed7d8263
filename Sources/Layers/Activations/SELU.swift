import CKernels
import Tensors

/// The scaled exponential linear unit: y = λ x if x > 0, otherwise λ α (e^x − 1), with λ = 1.0507… and α = 1.6732…, for which
/// values of mean 0 and variance 1 keep both. Klambauer et al. 2017; PyTorch's `nn.SELU`.
public final class SELU: Activation {
  private static let alpha = 1.6732632423543772848170429916717
  private static let scale = 1.0507009873554804934193349852946

  /// A layer for inputs of a shape.
  public init(input: Shape) {
    super.init(
      kind: "selu", input: input, function: DPT_ELU, parameter: Float(SELU.scale * SELU.alpha),
      second: Float(SELU.scale), derivativeFrom: .input)
  }
}
