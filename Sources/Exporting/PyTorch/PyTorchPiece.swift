/// A class or function of a Python file that only some networks need, in the order in which they are defined.
enum PyTorchPiece: CaseIterable {
  case overSteps, overPixels, mean, lookup, sequential, residual, recurrent, gated

  /// The name of what layers of PyTorch are made into.
  var className: String {
    switch self {
    case .overSteps: "OverSteps"
    case .overPixels: "OverPixels"
    default: "Recurrent"
    }
  }

  /// What such a layer then is.
  var text: String {
    switch self {
    case .overSteps: "for sequences [batch, steps, features]"
    case .overPixels: "for images [batch, channels, height, width]"
    default: "with one output"
    }
  }

  /// The definition; `takesLengths` says whether lengths are handed on.
  func text(takesLengths: Bool) -> String {
    switch self {
    case .overSteps: takesLengths ? PyTorchText.overStepsWithLengths : PyTorchText.overSteps
    case .overPixels: PyTorchText.overPixels
    case .mean: takesLengths ? PyTorchText.meanWithLengths : PyTorchText.mean
    case .lookup: PyTorchText.lookup
    case .sequential: PyTorchText.sequential
    case .residual: takesLengths ? PyTorchText.residualWithLengths : PyTorchText.residual
    case .recurrent: PyTorchText.recurrent
    case .gated: PyTorchText.gated
    }
  }
}
