import CKernels
import Tensors

/// The Gaussian error linear unit: y = x · Φ(x), Φ(x) = ½ (1 + erf(x / √2)). Hendrycks & Gimpel 2016; PyTorch's
/// `nn.GELU`.
public final class GELU: Activation {
  /// What stands for Φ.
  public enum Approximation: String, CaseIterable, Sendable {
    /// Φ(x) ≈ ½ (1 + tanh(√(2/π) (x + 0.044715 x³))).
    case tanh
  }

  /// What stands for Φ; nil for Φ itself.
  package let approximation: Approximation?

  /// A layer for inputs of a shape; without an approximation, exact.
  public init(input: Shape, approximation: Approximation? = nil) {
    self.approximation = approximation
    super.init(
      kind: "gelu", input: input, function: approximation == .tanh ? DPT_GELU_TANH : DPT_GELU, derivativeFrom: .input)
  }
}
