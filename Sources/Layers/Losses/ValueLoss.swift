import CKernels
import Tensors

/// A loss of outputs z against as many numbers y, value by value, with d = z − y below; the mean is taken once, over all values
/// that count, as PyTorch does.
public final class ValueLoss: Loss {
  /// The loss of one value.
  public enum Function: Equatable, Sendable {
    /// d²; PyTorch's `nn.MSELoss`.
    case squared
    /// |d|; PyTorch's `nn.L1Loss`.
    case absolute
    /// ½ d² where |d| < delta, else delta (|d| − ½ delta). Huber 1964; PyTorch's `nn.HuberLoss`.
    case huber(delta: Float)
    /// Huber's loss divided by its delta, here called beta. Girshick 2015; PyTorch's `nn.SmoothL1Loss`.
    case smoothAbsolute(beta: Float)
    /// −y log σ(z) − (1 − y) log(1 − σ(z)) for y from 0 to 1, as max(0, z) − z y + log(1 + e^−|z|), which neither
    /// overflows nor cancels; PyTorch's `nn.BCEWithLogitsLoss`.
    case binaryCrossEntropy
  }

  /// The recipe's name.
  public let kind: String
  /// Numbers, but for binary cross-entropy: there each output is the logit of an event.
  public let meaning: OutputMeaning
  private let function: dpt_value_loss_kind
  private let parameter: Float

  /// A loss of every value by a function.
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

  /// Reserves the records of every row and the gradient. Outputs are no classes, so there are no predictions.
  public func makePass(_ plan: inout ArenaPlan, outputs: Shape, batch: Int) -> any LossPass {
    RowLossPass(&plan, outputs: outputs, batch: batch) { [self] pass, targets in
      guard case .values(let values) = targets else { preconditionFailure("\(kind) needs numbers") }
      dpt_value_loss(function, parameter, &pass, values.base, values.stride)
    }
  }
}
