/// A class or function of a Python file that only some networks need, in the order in which they are defined.
enum PyTorchPiece: CaseIterable {
  case overSteps, overPixels, mean, lookup, sequential, residual, recurrent, paddedInFront, gated

  /// The name of what layers of PyTorch are made into.
  var className: String {
    switch self {
    case .overSteps: "OverSteps"
    case .overPixels: "OverPixels"
    case .paddedInFront: "PaddedInFront, Recurrent"
    default: "Recurrent"
    }
  }

  /// What such a layer then is.
  var words: String {
    switch self {
    case .overSteps: "for sequences [batch, steps, features]"
    case .overPixels: "for images [batch, channels, height, width]"
    case .paddedInFront: "with one output, for sequences that are padded in front"
    default: "with one output"
    }
  }

  /// The definition; `hasRecurrence` says whether lengths are handed on.
  func text(hasRecurrence: Bool) -> String {
    switch self {
    case .overSteps: PyTorchText.overSteps
    case .overPixels: PyTorchText.overPixels
    case .mean: PyTorchText.mean
    case .lookup: PyTorchText.lookup
    case .sequential: PyTorchText.sequential
    case .residual: hasRecurrence ? PyTorchText.residualWithLengths : PyTorchText.residual
    case .recurrent: PyTorchText.recurrent
    case .paddedInFront: PyTorchText.paddedInFront
    case .gated: PyTorchText.gated
    }
  }
}
