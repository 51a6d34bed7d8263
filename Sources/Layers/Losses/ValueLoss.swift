import CKernels
import Tensors

/// A loss of outputs z with targets y, value by value. The mean is over all values that count, as in PyTorch. Below,
/// d = z − y.
public final class ValueLoss: Loss {
  /// The loss of one value.
  public enum Function: Equatable, Sendable {
    /// d²; PyTorch's `nn.MSELoss`.
    case squared
    /// |d|; PyTorch's `nn.L1Loss`.
    case absolute
    /// ½ d² if |d| < delta, otherwise delta (|d| − ½ delta). Huber 1964; PyTorch's `nn.HuberLoss`.
    case huber(delta: Float)
    /// Huber's loss divided by its delta, here called beta. Girshick 2015; PyTorch's `nn.SmoothL1Loss`.
    case smoothAbsolute(beta: Float)
    /// −y log σ(z) − (1 − y) log(1 − σ(z)) for y from 0 to 1, as max(0, z) − z y + log(1 + e^−|z|), which neither
    /// overflows nor cancels; PyTorch's `nn.BCEWithLogitsLoss`.
    case binaryCrossEntropy
  }

  /// The recipe's name.
  public let kind: String
  /// Numbers; for binary cross-entropy, logits of events.
  public let meaning: OutputMeaning
  private let function: dpt_value_loss_kind
  private let parameter: Float

  /// A loss by a function of each value.
  public init(_ function: Function) {
    meaning = function == .binaryCrossEntropy ? .events : .values
    (kind, self.function, parameter) =
      switch function {
      case .squared: ("mse", DPT_SQUARED, 0)
      case .absolute: ("l1", DPT_ABSOLUTE, 0)
      case .huber(let delta): ("huber", DPT_HUBER, delta)
      case .smoothAbsolute(let beta): ("smooth-l1", DPT_SMOOTH_ABSOLUTE, beta)
      case .binaryCrossEntropy: ("binary-cross-entropy", DPT_BINARY, 0)
      }
  }

  /// Reserves a record for each row and the gradient. There are no predictions, since outputs are not classes.
  public func makePass(_ plan: inout ArenaPlan, outputs: Shape, batch: Int) -> any LossPass {
    RowLossPass(&plan, outputs: outputs, batch: batch) { [self] pass, targets in
      guard case .values(let values) = targets else { preconditionFailure("\(kind) needs numbers") }
      dpt_value_loss(function, parameter, &pass, values.base.floats, values.stride)
    }
  }
}
