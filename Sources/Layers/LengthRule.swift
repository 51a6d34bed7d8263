import Tensors

/// How a layer treats sequences of different lengths.
///
/// Batches of such sequences are ragged views (`TensorView`), which have no padding. So only layers whose steps depend on each
/// other need to know where a sample ends.
public enum LengthRule: Sendable {
  /// Each valid step gives one step, or all valid steps give one vector.
  case kept
  /// Each place of the window within the valid steps gives one step.
  case window(Window)
  /// The rules of the layers in `parts`, one after the other.
  case parts
  /// The layer needs equal lengths. The advice says what to write instead.
  case refused(advice: String)
}

extension Layer {
  /// The number of output steps for a sample of `steps` steps; 0 if these are too few.
  package func outputSteps(from steps: Int) -> Int {
    guard steps > 0 else { return 0 }
    return switch lengthRule {
    case .kept, .refused: steps
    case .window(let window): window.steps(from: steps)
    case .parts: parts.first(where: \.keepsSteps)?.layers.outputSteps(from: steps) ?? steps
    }
  }
}

extension [any Layer] {
  /// The number of output steps of these layers, one after the other.
  package func outputSteps(from steps: Int) -> Int { reduce(steps) { $1.outputSteps(from: $0) } }
}
