import Diagnostics
import Tensors

/// The temporal order problem: which of two relevant symbols came first and second, far apart among distractors?
/// (Hochreiter & Schmidhuber 1997, experiment 6a.)
///
/// Symbols are X, Y (relevant), a, b, c, d (distractors), B (first) and E (last), one-hot in this order. Positions t1
/// and t2 (counted from 0, that of B) hold X or Y; the class is Q, R, S or U for XX, XY, YX, YY, equally likely.
/// Sequences are padded in front with zeros to the level's greatest length.
public final class TemporalOrder: Dataset {
  /// The level sets the sequences' length and the distance of the relevant symbols.
  public enum Level: String, CaseIterable, Sendable {
    /// 7–8 symbols.
    case easy
    /// 30–40 symbols.
    case normal
    /// 60–80 symbols.
    case moderate
    /// 100–110 symbols, as in the paper.
    case hard
    /// 300–500 symbols.
    case nightmare

    /// The range of lengths.
    public var lengths: ClosedRange<Int> {
      switch self {
      case .easy: 7...8
      case .normal: 30...40
      case .moderate: 60...80
      case .hard: 100...110
      case .nightmare: 300...500
      }
    }

    /// The range of positions of the first relevant symbol.
    public var first: ClosedRange<Int> {
      switch self {
      case .easy: 1...2
      case .normal: 2...5
      case .moderate, .hard: 10...20
      case .nightmare: 10...80
      }
    }

    /// The range of positions of the second relevant symbol.
    public var second: ClosedRange<Int> {
      switch self {
      case .easy: 4...5
      case .normal: 20...27
      case .moderate: 45...54
      case .hard: 50...60
      case .nightmare: 250...290
      }
    }
  }

  /// The symbols in the order of their one-hot indices.
  public static let symbols: [Character] = ["X", "Y", "a", "b", "c", "d", "B", "E"]
  /// The classes Q, R, S and U, for XX, XY, YX and YY.
  public let classNames = ["Q", "R", "S", "U"]
  /// [greatest length, 8].
  public let inputShape: Shape
  /// The number of samples per epoch.
  public let count: Int
  /// False: padding is in front, so every sample ends with the last step.
  public let hasLengths = false
  private let level: Level
  private let random: Philox

  /// Sequences of one level; those of different purposes are independent.
  public init(level: Level, count: Int, seed: UInt64, purpose: RandomPurpose) {
    self.level = level
    self.count = count
    inputShape = .sequence(steps: level.lengths.upperBound, features: TemporalOrder.symbols.count)
    random = Philox(seed: seed, purpose: purpose)
  }

  /// Generates samples.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {
    batch.clear(count: indices.count)
    let inputs = batch.view
    for (place, index) in indices.enumerated() {
      let target = generate(epoch: epoch, index: index) { position, length, symbol in
        inputs.row(step: inputs.steps - length + position, sample: place)[symbol] = 1
      }
      batch.classes[place] = Int32(target)
    }
  }

  /// The symbols of a sample.
  public func text(of index: Int) -> String { text(of: index, epoch: 0) }

  /// The symbols of a sample in an epoch.
  public func text(of index: Int, epoch: Int) -> String {
    var text = ""
    _ = generate(epoch: epoch, index: index) { _, _, symbol in text.append(TemporalOrder.symbols[symbol]) }
    return text
  }

  /// Calls `body` for each symbol of a sample, and returns the sample's class.
  private func generate(epoch: Int, index: Int, _ body: (_ position: Int, _ length: Int, _ symbol: Int) -> Void) -> Int
  {
    let draw = random.words(epoch: epoch, sample: index, block: 0)
    let length = Philox.integer(draw[0], in: level.lengths)
    let first = Philox.integer(draw[1], in: level.first)
    let second = Philox.integer(draw[2], in: level.second)
    let target = Int(draw[3] >> 30)
    var word: UInt32 = 0
    for position in 0..<length {
      // A word of 32 bits gives sixteen distractors of two bits.
      if position & 15 == 0 {
        word = random.word(epoch: epoch, sample: index, element: 4 + (position >> 4))
      }
      let symbol: Int
      switch position {
      case 0: symbol = 6
      case length - 1: symbol = 7
      case first: symbol = target >> 1
      case second: symbol = target & 1
      default: symbol = 2 + Int(word >> UInt32(2 * (position & 15)) & 3)
      }
      body(position, length, symbol)
    }
    return target
  }
}

extension TemporalOrder: TextReader {
  /// Parses a sequence such as `BcXdabYaE`; blanks are ignored.
  public func samples(_ input: String) throws -> any Dataset {
    let letters = input.filter { !$0.isWhitespace }
    guard (1...inputShape.steps).contains(letters.count) else {
      throw Failure(
        .data, "sequence \"\(input)\" has \(letters.count) symbols",
        advice: "level \(level) takes 1 to \(inputShape.steps)")
    }
    let symbols = try letters.enumerated().map { position, letter in
      guard let symbol = TemporalOrder.symbols.firstIndex(of: letter) else {
        throw Failure(
          .data, "sequence \"\(input)\": \"\(letter)\" at place \(position + 1) is not a symbol of this task",
          advice: "a sequence looks like BcXdabYaE, of the symbols \(String(TemporalOrder.symbols))")
      }
      return symbol
    }
    return SingleInput(shape: inputShape) { batch, place in
      let inputs = batch.view
      for (position, symbol) in symbols.enumerated() {
        inputs.row(step: inputs.steps - symbols.count + position, sample: place)[symbol] = 1
      }
    }
  }
}
