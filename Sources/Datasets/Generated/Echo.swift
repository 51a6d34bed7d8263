import Tensors

/// The echo task: the outputs repeat the inputs some steps later, and are "nothing" before that.
///
/// Inputs are one-hot rows (`EchoEncoding`). The target of step t is the symbol of step t − delay, "nothing" for t <
/// delay. Length and delay of each sequence are drawn uniformly from ranges; shorter sequences are padded behind.
/// Training sequences are new in each epoch, contain all symbols, and every step counts. Validation and test sequences
/// contain only letters, and steps before the delay are not counted: the accuracy is the share of right letters after
/// the delay.
public final class Echo: Dataset {
  /// The use of the sequences.
  public enum Part: Sendable {
    /// For fitting weights.
    case training
    /// For measuring during training; uncounted steps have this target.
    case validation(uncounted: Int)
    /// For measuring at the end; uncounted steps have this target.
    case test(uncounted: Int)
  }

  /// "Nothing" and the letters.
  public let classNames = EchoEncoding.symbols.map(String.init)
  /// [greatest length, features].
  public let inputShape: Shape
  /// The number of samples per epoch.
  public let count: Int
  /// Whether sequences differ in length.
  public var hasLengths: Bool { lengths.count > 1 }
  /// One class per step.
  public var targetLayout: TargetLayout { .classes(steps: inputShape.steps) }
  private let encoding: EchoEncoding
  private let lengths: ClosedRange<Int>
  private let symbols: ClosedRange<Int>
  private let beforeDelay: Int32
  private let random: Philox

  /// Makes sequences of `lengths` steps from the seed.
  public init(encoding: EchoEncoding, lengths: ClosedRange<Int>, count: Int, seed: UInt64, part: Part) {
    self.encoding = encoding
    self.lengths = lengths
    self.count = count
    inputShape = .sequence(steps: lengths.upperBound, features: encoding.features)
    switch part {
    case .training:
      symbols = 0...EchoEncoding.symbols.count - 1
      beforeDelay = 0
      random = Philox(seed: seed, purpose: .trainingData)
    case .validation(let uncounted), .test(let uncounted):
      symbols = 1...EchoEncoding.symbols.count - 1
      beforeDelay = Int32(clamping: uncounted)
      var purpose = RandomPurpose.testData
      if case .validation = part { purpose = .validationData }
      random = Philox(seed: seed, purpose: purpose)
    }
  }

  /// The shape, the classes and the characters of inputs.
  public var facts: DataFacts {
    DataFacts(
      inputShape: inputShape.extents, classNames: classNames, alphabet: String(EchoEncoding.symbols),
      hasLengths: hasLengths)
  }

  /// Generates samples.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {
    batch.clear(count: indices.count) { extent(epoch: epoch, index: indices[$0]).length }
    let inputs = batch.view
    for (place, index) in indices.enumerated() {
      let (length, delay) = extent(epoch: epoch, index: index)
      func setTarget(_ step: Int, _ target: Int32) {
        batch.classes[batch.targetRow(step: step, sample: place)] = target
      }
      for step in 0..<min(delay, length) { setTarget(step, beforeDelay) }
      generate(epoch: epoch, index: index, length: length) { step, symbol in
        encoding.write(symbol: symbol, delay: delay, to: inputs.row(step: step, sample: place).floats)
        if step + delay < length { setTarget(step + delay, Int32(symbol)) }
      }
    }
  }

  /// The symbols of a sample; its delay comes first if delays differ.
  public func text(of index: Int) -> String { text(of: index, epoch: 0) }

  /// The symbols of a sample in an epoch; its delay comes first if delays differ.
  public func text(of index: Int, epoch: Int) -> String {
    let (length, delay) = extent(epoch: epoch, index: index)
    var symbols: [Int] = []
    generate(epoch: epoch, index: index, length: length) { _, symbol in symbols.append(symbol) }
    return encoding.text(symbols, delay: delay)
  }

  private func extent(epoch: Int, index: Int) -> (length: Int, delay: Int) {
    let draw = random.words(epoch: epoch, sample: index, block: 0)
    return (Philox.integer(draw[0], in: lengths), Philox.integer(draw[1], in: encoding.delays))
  }

  /// Calls `body` for each symbol of a sample.
  private func generate(epoch: Int, index: Int, length: Int, _ body: (_ step: Int, _ symbol: Int) -> Void) {
    var words = SIMD4<UInt32>()
    for step in 0..<length {
      if step & 3 == 0 { words = random.words(epoch: epoch, sample: index, block: 1 + step >> 2) }
      body(step, Philox.integer(words[step & 3], in: symbols))
    }
  }
}
