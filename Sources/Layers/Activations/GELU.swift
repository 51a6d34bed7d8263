import CKernels
import Tensors

/// The Gaussian error linear unit: y = x · Φ(x), Φ(x) = ½ (1 + erf(x / √2)). Hendrycks & Gimpel 2016; PyTorch's
/// `nn.GELU`.
public final class GELU: Activation {
  /// An approximation of Φ.
  public enum Approximation: String, CaseIterable, Sendable {
    /// Φ(x) ≈ ½ (1 + tanh(√(2/π) (x + 0.044715 x³))).
    case tanh
  }

  /// The approximation of Φ; nil for Φ itself.
  package let approximation: Approximation?

  /// A layer for inputs of a shape; exact if `approximation` is nil.
  public init(input: Shape, approximation: Approximation? = nil) {
    self.approximation = approximation
    super.init(
      kind: "gelu", input: input, function: approximation == .tanh ? DPT_GELU_TANH : DPT_GELU, derivativeFrom: .input)
  }
}
