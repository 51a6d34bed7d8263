import CKernels
import Tensors

/// A smooth rectifier: y = log(1 + e^βx) / β, but y = x where βx is above a threshold. Dugas et al. 2000; PyTorch's
/// `nn.Softplus`.
public final class Softplus: Activation {
  /// β, above 0.
  package var beta: Float { parameter }
  /// The βx above which y is x.
  package var threshold: Float { second }

  /// A layer for inputs of a shape; `beta` is above 0.
  public init(input: Shape, beta: Float = 1, threshold: Float = 20) {
    precondition(beta > 0, "softplus with beta \(beta)")
    super.init(
      kind: "softplus", input: input, function: DPT_SOFTPLUS, parameter: beta, second: threshold,
      derivativeFrom: .input)
  }
}
