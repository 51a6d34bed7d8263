import Diagnostics

/// Which steps of a recurrent layer the next layer sees.
public enum RecurrentOutput: String, CaseIterable, Sendable {
  /// The hidden state after each sample's last valid step (of the direction that goes backwards: its first).
  case last
  /// The hidden states after all steps; zeros at steps that are padding.
  case all
}

/// What all recurrent layers can do besides their cell.
public struct RecurrentOptions: Equatable, Sendable {
  /// The steps that go to the next layer.
  public var output: RecurrentOutput
  /// Layers on top of each other; each sees all steps of the one below.
  public var layers = 1
  /// Whether each layer also goes through the sequence from its end; features out are [forwards, backwards].
  public var isBidirectional = false
  /// The share of values set to zero between two layers while training; the rest is scaled by 1 / (1 − dropout).
  public var dropout = 0.0
  /// Whether the state after a batch is the initial state of the next, without a gradient from one to the other.
  ///
  /// Row i of a batch then has to continue row i of the batch before. A batch that is the first of its epoch or
  /// evaluation, or of another size than the one before, starts from zero.
  public var isStateful = false

  /// One layer that goes forwards.
  public init(output: RecurrentOutput = .last) {
    self.output = output
  }

  /// The first thing about these options that cannot be: the recipe's keys, what is wrong, and what would be right.
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

  /// Throws `Failure` (configuration) for options that cannot be.
  func check() throws {
    guard let conflict else { return }
    throw Failure(.configuration, conflict.message, advice: conflict.advice)
  }
}
