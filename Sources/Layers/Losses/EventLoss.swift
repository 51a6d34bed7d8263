import CKernels
import Tensors

/// A loss of logits z of single events with targets y from 0 to 1, which counts some events more than others. The mean is over
/// all outputs. Below, p = σ(z). With weights of 1, or with γ = 0 and no α, each is the binary cross-entropy of `ValueLoss`.
public final class EventLoss: Loss {
  /// The weights of events.
  public enum Form: Equatable, Sendable {
    /// −w y log p − (1 − y) log(1 − p), with a weight w for each column; PyTorch's `nn.BCEWithLogitsLoss` with `pos_weight`.
    case weighted([Double])
    /// a (1 − q)^γ ℓ with the binary cross-entropy ℓ, q = y p + (1 − y) (1 − p), and a = α y + (1 − α) (1 − y), or 1 if there
    /// is no α. Lin et al. 2017; torchvision's `sigmoid_focal_loss`.
    case focal(alpha: Double?, gamma: Double)
  }

  /// The recipe's name.
  public let kind: String
  /// Logits of events.
  public let meaning = OutputMeaning.events
  private let weights: ColumnWeights?
  private let alpha, gamma: Float

  /// A loss on logits of this shape; the last axis has the columns.
  public init(_ form: Form, logits: Shape) {
    switch form {
    case .weighted(let values):
      (kind, weights) = ("binary-cross-entropy", ColumnWeights(values, for: logits))
      (alpha, gamma) = (-1, 0)
    case .focal(let alpha, let gamma):
      (kind, weights) = ("binary-focal", nil)
      (self.alpha, self.gamma) = (Float(alpha ?? -1), Float(gamma))
    }
  }

  /// Reserves a record for each row and the gradient. There are no predictions, since outputs are not classes.
  public func makePass(_ plan: inout ArenaPlan, outputs: Shape, batch: Int) -> any LossPass {
    RowLossPass(&plan, outputs: outputs, batch: batch) { [self] pass, targets in
      guard case .values(let values) = targets else { preconditionFailure("\(kind) needs numbers") }
      var events = dpt_event_targets(
        targets: values.base.floats, stride: values.stride, positiveWeights: weights?.base, alpha: alpha, gamma: gamma)
      dpt_event_loss(&pass, &events)
    }
  }
}
