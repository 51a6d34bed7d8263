/// How often samples of each class were taken for each: the pairs of classes that occur, so that it costs by samples and
/// not by the square of the classes.
public struct ConfusionCounts: Equatable, Sendable {
  /// A pair that occurs.
  public struct Pair: Equatable, Sendable {
    /// The class that the samples have.
    public let actual: Int
    /// The class that they were given.
    public let predicted: Int
    /// Samples, at least 1; steps, where each step has a class.
    public let count: Int
  }

  /// What one class was counted.
  public struct ClassCount: Equatable, Sendable {
    /// Samples that have the class.
    public internal(set) var samples = 0
    /// Those of them that were given it.
    public internal(set) var right = 0
    /// Samples that were given the class.
    public internal(set) var predicted = 0

    /// Nothing counted.
    public init() {}

    /// The share of the class's samples that were classified rightly (recall); nil where there are none.
    public var accuracy: Double? { samples > 0 ? Double(right) / Double(samples) : nil }

    /// The harmonic mean of recall and precision (F1); nil for a class that nothing has and nothing was given.
    public var f1: Double? {
      samples + predicted > 0 ? 2 * Double(right) / (Double(samples) + Double(predicted)) : nil
    }
  }

  /// All pairs that occur, by actual and then by predicted class.
  public let pairs: [Pair]

  /// Pairs, ascending, each once.
  init(pairs: [Pair]) { self.pairs = pairs }

  /// Whether nothing was counted.
  public var isEmpty: Bool { pairs.isEmpty }

  /// Samples in all.
  public var samples: Int { pairs.reduce(0) { $0 + $1.count } }

  /// Samples that were classified rightly.
  public var right: Int { pairs.reduce(0) { $0 + ($1.actual == $1.predicted ? $1.count : 0) } }

  /// How often samples of one class were taken for another.
  public subscript(actual: Int, predicted: Int) -> Int {
    var (low, high) = (0, pairs.count)
    while low < high {
      let middle = (low + high) / 2
      let pair = pairs[middle]
      if (pair.actual, pair.predicted) < (actual, predicted) { low = middle + 1 } else { high = middle }
    }
    guard low < pairs.count, pairs[low].actual == actual, pairs[low].predicted == predicted else { return 0 }
    return pairs[low].count
  }

  /// What each class was counted that samples have or were given.
  public var classes: [Int: ClassCount] {
    var classes: [Int: ClassCount] = [:]
    for pair in pairs {
      classes[pair.actual, default: ClassCount()].samples += pair.count
      classes[pair.predicted, default: ClassCount()].predicted += pair.count
      if pair.actual == pair.predicted { classes[pair.actual, default: ClassCount()].right += pair.count }
    }
    return classes
  }

  /// The mean of the classes' accuracies, over the classes that samples have; nil where nothing was counted.
  public var balancedAccuracy: Double? { mean(\.accuracy) }

  /// The mean of the classes' F1, over the classes that samples have or were given; nil where nothing was counted.
  public var macroF1: Double? { mean(\.f1) }

  /// In the order of the classes, which decides the last bit.
  private func mean(_ share: (ClassCount) -> Double?) -> Double? {
    let shares = classes.sorted { $0.key < $1.key }.compactMap { share($0.value) }
    return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
  }

  /// The pairs of different classes that occur most often, at most `limit`.
  public func mostConfused(_ limit: Int) -> [Pair] {
    let wrong = pairs.filter { $0.actual != $0.predicted }
    return Array(
      wrong.sorted { ($1.count, $0.actual, $0.predicted) < ($0.count, $1.actual, $1.predicted) }.prefix(limit))
  }
}

/// In JSON one text: actual class, predicted class and count of each pair, separated by blanks, `0 0 48 0 1 2 …`.
extension ConfusionCounts: Codable {
  /// The largest count that is not taken for damage; sums of them stay exact.
  private static let largestCount = 1 << 40

  /// Writes the text.
  public func encode(to encoder: any Encoder) throws {
    var text = ""
    for pair in pairs { text += "\(text.isEmpty ? "" : " ")\(pair.actual) \(pair.predicted) \(pair.count)" }
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  /// Reads the text, or the full matrix, row by row, that former versions wrote.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    func damaged() -> DecodingError {
      DecodingError.dataCorruptedError(in: container, debugDescription: "no pairs of classes with counts")
    }
    let numbers: [Int]
    if let matrix = try? container.decode([[Int]].self) {
      numbers = matrix.enumerated().flatMap { actual, row in
        row.enumerated().filter { $0.element != 0 }.flatMap { [actual, $0.offset, $0.element] }
      }
    } else {
      numbers = try container.decode(String.self).utf8.split(separator: UInt8(ascii: " ")).map { word in
        guard let number = Int(Substring(word)) else { throw damaged() }
        return number
      }
    }
    guard numbers.count.isMultiple(of: 3) else { throw damaged() }
    var (pairs, last) = ([Pair](), (-1, -1))
    for first in stride(from: 0, to: numbers.count, by: 3) {
      let pair = Pair(actual: numbers[first], predicted: numbers[first + 1], count: numbers[first + 2])
      let range = 0...Int(Int32.max)
      guard range.contains(pair.actual), range.contains(pair.predicted), last < (pair.actual, pair.predicted),
        1...ConfusionCounts.largestCount ~= pair.count
      else { throw damaged() }
      pairs.append(pair)
      last = (pair.actual, pair.predicted)
    }
    self.init(pairs: pairs)
  }
}
