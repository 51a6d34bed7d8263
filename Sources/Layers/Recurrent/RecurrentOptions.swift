import Diagnostics

/// The output of a recurrent layer.
public enum RecurrentOutput: String, CaseIterable, Sendable {
  /// The hidden state after each sample's last valid step; for the reverse direction, after the first step.
  case last
  /// The hidden states after each step.
  case all
}

/// The options of all recurrent layers.
public struct RecurrentOptions: Equatable, Sendable {
  /// The output for the next layer.
  public var output: RecurrentOutput
  /// The number of stacked levels; each sees all steps of the level below.
  public var layers = 1
  /// Whether each level also runs through the sequence from its end; output features are [forwards, backwards].
  public var isBidirectional = false
  /// The share of values set to zero between two levels in training; the others are scaled by 1 / (1 − dropout).
  public var dropout = 0.0
  /// Whether the state after a batch is the initial state of the next, without a gradient between them.
  ///
  /// Row i of a batch must then continue row i of the batch before. The first batch of an epoch or evaluation, and a batch
  /// of another size than the one before, start from zero.
  public var isStateful = false

  /// One level in the forward direction.
  public init(output: RecurrentOutput = .last) {
    self.output = output
  }

  /// The first invalid option: the recipe's keys, the fault, and advice; nil if all are valid.
  public var conflict: (keys: [String], message: String, advice: String)? {
    if layers < 1 {
      return (["layers"], "a recurrent layer cannot have \(layers) layers", "it needs at least 1")
    }
    if !(0..<1).contains(dropout) {
      return (["dropout"], "a dropout of \(dropout) is not possible", "it must be at least 0 and below 1")
    }
    if dropout > 0 && layers == 1 {
      return (
        ["dropout"], "dropout acts between the layers of a recurrent layer, but layers is 1",
        "give layers a value such as 2, or put a dropout layer behind this one"
      )
    }
    if isStateful && isBidirectional {
      return (
        ["stateful", "bidirectional"], "a bidirectional layer cannot be stateful: it starts at the sequence's end too",
        "leave stateful or bidirectional false"
      )
    }
    return nil
  }

  /// - Throws: `Failure` (configuration) if an option is invalid.
  func check() throws {
    guard let conflict else { return }
    throw Failure(.configuration, conflict.message, advice: conflict.advice)
  }
}
