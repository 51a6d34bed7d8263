import Tensors

/// What a layer does with sequences of different lengths.
///
/// `StepContext.lengths` says how many steps of each sample are there. Behind them a layer is given zeros, and what it gives
/// there becomes zeros again, outputs and gradients alike (`Program`). So only a layer whose steps see each other has
/// anything to do.
public enum LengthRule: Sendable {
  /// Each step gives a step, or the steps that are there give one vector.
  case kept
  /// Each place of the window within the steps that are there gives a step.
  case window(Window)
  /// The rule of the layers of each of its `parts`, one after the other.
  case parts
  /// The layer cannot tell steps from padding. The advice says what to write instead.
  case refused(advice: String)
}

extension Layer {
  /// The steps that the layer gives for a sample of `steps` steps; 0 if they are too few.
  package func outputSteps(from steps: Int) -> Int {
    guard steps > 0 else { return 0 }
    return switch lengthRule {
    case .kept, .refused: steps
    case .window(let window): window.steps(from: steps)
    case .parts: parts.first?.layers.outputSteps(from: steps) ?? steps
    }
  }
}

extension [any Layer] {
  /// The same of layers one after the other.
  package func outputSteps(from steps: Int) -> Int { reduce(steps) { $1.outputSteps(from: $0) } }
}
