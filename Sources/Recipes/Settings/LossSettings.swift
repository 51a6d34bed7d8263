/// What training makes small.
public enum LossSettings: String, CaseIterable, Sendable {
  /// The cross entropy of softmax outputs and class labels.
  case crossEntropy = "cross-entropy"
}

extension LossSettings: Choice {}
