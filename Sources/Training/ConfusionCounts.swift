/// A confusion matrix: how often samples of each class were predicted as each class. Only pairs that occur are stored, so
/// its size grows with the samples, not with the square of the classes.
public struct ConfusionCounts: Equatable, Sendable {
  /// A pair of classes that occurs.
  public struct Pair: Equatable, Sendable {
    /// The actual class of the samples.
    public let actual: Int
    /// The predicted class.
    public let predicted: Int
    /// The number of samples, at least 1; of steps, if each step has a class.
    public let count: Int
  }

  /// The counts of one class.
  public struct ClassCount: Equatable, Sendable {
    /// The number of samples of the class.
    public internal(set) var samples = 0
    /// The number of those that were classified rightly.
    public internal(set) var right = 0
    /// The number of samples for which the class was predicted.
    public internal(set) var predicted = 0

    /// Zero counts.
    public init() {}

    /// The share of the class's samples that were classified rightly (recall); nil if there are none.
    public var accuracy: Double? { samples > 0 ? Double(right) / Double(samples) : nil }
  }

  /// All pairs that occur, sorted by actual and then by predicted class.
  public let pairs: [Pair]

  /// Counts from ascending, distinct pairs.
  init(pairs: [Pair]) { self.pairs = pairs }

  /// Whether nothing was counted.
  public var isEmpty: Bool { pairs.isEmpty }

  /// The number of all samples.
  public var samples: Int { pairs.reduce(0) { $0 + $1.count } }

  /// The number of samples that were classified rightly.
  public var right: Int { pairs.reduce(0) { $0 + ($1.actual == $1.predicted ? $1.count : 0) } }

  /// How often samples of class `actual` were predicted as class `predicted`.
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

  /// The counts of each class that occurs or is predicted.
  public var classes: [Int: ClassCount] {
    var classes: [Int: ClassCount] = [:]
    for pair in pairs {
      classes[pair.actual, default: ClassCount()].samples += pair.count
      classes[pair.predicted, default: ClassCount()].predicted += pair.count
      if pair.actual == pair.predicted { classes[pair.actual, default: ClassCount()].right += pair.count }
    }
    return classes
  }

  /// The `limit` most frequent pairs of different classes.
  public func mostConfused(_ limit: Int) -> [Pair] {
    let wrong = pairs.filter { $0.actual != $0.predicted }
    return Array(
      wrong.sorted { ($1.count, $0.actual, $0.predicted) < ($0.count, $1.actual, $1.predicted) }.prefix(limit))
  }
}

/// In JSON one string: actual class, predicted class and count of each pair, separated by blanks, `0 0 48 0 1 2 …`.
extension ConfusionCounts: Codable {
  /// The largest count that is accepted; larger ones count as damage. Sums of counts stay exact.
  private static let largestCount = 1 << 40

  /// Writes the string.
  public func encode(to encoder: any Encoder) throws {
    var text = ""
    for pair in pairs { text += "\(text.isEmpty ? "" : " ")\(pair.actual) \(pair.predicted) \(pair.count)" }
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  /// Reads the string, or the full matrix by rows, as former versions wrote it.
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
