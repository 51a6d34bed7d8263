/// How many rows have at least a score, of those for which a class or label is right and of the others: the ROC and the
/// precision-recall curve are drawn from them.
public struct RankingCurve: Equatable, Sendable {
  /// The counts at one score.
  public struct Point: Equatable, Sendable {
    /// The number of rows with at least the score for which the class or label is right.
    public let positive: Int
    /// The number of the others.
    public let negative: Int
  }

  /// The most classes or labels with curves.
  static let mostParts = 10
  /// The least distance of two points, as a share of all positive or of all negative rows.
  private static let distance = 0.005

  /// The index of the class or label.
  public let part: Int
  /// The points by descending score; the last has all rows. Points close to each other are left out.
  public let points: [Point]

  /// The curve of ranked rows; nil unless there are rows of both kinds.
  init?(part: Int, _ rows: [ScoredRow]) {
    let positives = rows.reduce(0) { $0 + ($1.isPositive ? 1 : 0) }
    let negatives = rows.count - positives
    guard positives > 0, negatives > 0 else { return nil }
    self.part = part
    let (stepUp, stepRight) = (
      Double(positives) * RankingCurve.distance, Double(negatives) * RankingCurve.distance
    )
    var points: [Point] = []
    var (positive, negative) = (0, 0)
    rows.forEachScore {
      _ in
      1
    } _: {
      positive += $0
      negative += $1
      let (lastPositive, lastNegative) = points.last.map { ($0.positive, $0.negative) } ?? (0, 0)
      let isFar =
        Double(positive - lastPositive) >= stepUp || Double(negative - lastNegative) >= stepRight
      if isFar || positive + negative == rows.count { points.append(Point(positive: positive, negative: negative)) }
    }
    self.points = points
  }
}

/// In JSON the index of the part, and then the numbers of all points, as one string: `1 3 0 5 1 …`.
extension RankingCurve: Codable {
  /// Writes the string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    let numbers = [part] + points.flatMap { [$0.positive, $0.negative] }
    try container.encode(numbers.map(String.init).joined(separator: " "))
  }

  /// Reads the string.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let numbers = try container.decode(String.self).split(separator: " ").map { Int($0) ?? -1 }
    guard numbers.count.isMultiple(of: 2) == false, numbers.count > 1, numbers.allSatisfy({ 0...1 << 53 ~= $0 }) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no points of a curve")
    }
    part = numbers[0]
    points = stride(from: 1, to: numbers.count, by: 2).map {
      Point(positive: numbers[$0], negative: numbers[$0 + 1])
    }
  }
}
