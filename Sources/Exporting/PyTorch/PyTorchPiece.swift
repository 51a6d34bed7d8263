/// A class or function that only some Python files need; the cases are in the order of their definitions.
enum PyTorchPiece: CaseIterable {
  case overSteps, padded, overPixels, mean, largest, lookup, adopting, sequential, attention, reverse,
    residual, branches, recurrent, gated

  /// The name of the class that adapts layers of PyTorch.
  var className: String {
    switch self {
    case .overSteps: "OverSteps"
    case .overPixels: "OverPixels"
    default: "Recurrent"
    }
  }

  /// Describes the adapted layer.
  var text: String {
    switch self {
    case .overSteps: "for sequences [batch, steps, features]"
    case .overPixels: "for images [batch, channels, height, width]"
    default: "with one output"
    }
  }

  /// The definition; `takesLengths` says whether lengths are passed on, `hasNames` whether layers have names of their own.
  func text(takesLengths: Bool, hasNames: Bool) -> String {
    switch self {
    case .overSteps: takesLengths ? PyTorchText.overStepsWithLengths : PyTorchText.overSteps
    case .padded: takesLengths ? PyTorchText.paddedWithLengths : PyTorchText.padded
    case .overPixels: PyTorchText.overPixels
    case .mean: takesLengths ? PyTorchText.meanWithLengths : PyTorchText.mean
    case .largest: takesLengths ? PyTorchText.largestWithLengths : PyTorchText.largest
    case .lookup: PyTorchText.lookup
    case .adopting: PyTorchText.adopting
    case .sequential:
      !takesLengths
        ? PyTorchText.namedSequential
        : PyTorchText.lengths + (hasNames ? PyTorchText.namedSequentialWithLengths : PyTorchText.sequentialWithLengths)
          + "\n\n" + PyTorchText.following
    case .attention: takesLengths ? PyTorchText.attentionWithLengths : PyTorchText.attention
    case .reverse: takesLengths ? PyTorchText.reverseWithLengths : PyTorchText.reverse
    case .residual:
      hasNames
        ? takesLengths ? PyTorchText.namedResidualWithLengths : PyTorchText.namedResidual
        : takesLengths ? PyTorchText.residualWithLengths : PyTorchText.residual
    case .branches:
      PyTorchText.branches
        + (hasNames
          ? takesLengths ? PyTorchText.namedBranchesWithLengths : PyTorchText.namedBranches
          : takesLengths ? PyTorchText.branchesWithLengths : PyTorchText.plainBranches)
    case .recurrent: PyTorchText.recurrent
    case .gated: PyTorchText.gated
    }
  }
}
