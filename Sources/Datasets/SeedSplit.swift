import Diagnostics
import Tensors

/// How many of a source's samples are set aside for validation and testing, and the seed that chooses them.
public struct SplitShares: Equatable, Sendable {
  /// The share of all samples for validation.
  public var validationShare: Double
  /// The share of all samples for testing.
  public var testShare: Double
  /// The seed that chooses the samples.
  public var splitSeed: UInt64

  /// Shares from 0 (none) to below 1.
  public init(validationShare: Double = 0, testShare: Double = 0, splitSeed: UInt64 = 1) {
    self.validationShare = validationShare
    self.testShare = testShare
    self.splitSeed = splitSeed
  }
}

/// Splits the samples of a source into training, validation and test, depending only on their number, their classes and
/// the shares.
///
/// Samples are taken in a random order, first those for testing, then those for validation, so that the test samples
/// stay the same if the validation share changes. A part has its share of all samples, rounded to the nearest whole
/// number. If there are classes, the order mixes them evenly, so that every part has its share of each class, up to one
/// sample.
public struct SeedSplit: Equatable, Sendable {
  /// The training samples, ascending.
  public let training: [Int]
  /// The validation samples, in random order, so that the first ones are a random sample.
  public let validation: [Int]
  /// The test samples, in random order.
  public let test: [Int]

  /// Splits `count` samples; `classes` are the samples' classes, if any.
  /// - Throws: `Failure` (data) if a requested part would be empty.
  public init(count: Int, classes: [Int32]? = nil, shares: SplitShares) throws {
    precondition(classes == nil || classes?.count == count, "one class a sample")
    let testCount = Int((shares.testShare * Double(count)).rounded())
    let validationCount = Int((shares.validationShare * Double(count)).rounded())
    let kept = testCount + validationCount
    let isEmpty =
      testCount == 0 && shares.testShare > 0 || validationCount == 0 && shares.validationShare > 0 || kept >= count
    guard !isEmpty else {
      throw Failure(
        .data,
        "\(count) samples cannot be split into \(count - kept) for training, \(validationCount) for validation and "
          + "\(testCount) for testing",
        advice: "each part needs a sample: change testShare or validationShare, or give more samples")
    }
    let order = SeedSplit.order(count: count, classes: classes, seed: shares.splitSeed)
    test = Array(order[..<testCount])
    validation = Array(order[testCount..<kept])
    training = order[kept...].sorted()
  }

  /// All samples in a random order that mixes the classes evenly.
  private static func order(count: Int, classes: [Int32]?, seed: UInt64) -> [Int] {
    let random = Philox(seed: seed, purpose: .split)
    var order = Array(0..<count)
    for index in order.indices.dropLast() {
      order.swapAt(index, random.integer(in: index...count - 1, sample: index, element: 0))
    }
    guard let classes else { return order }
    let sizes = Dictionary(classes.map { ($0, 1) }, uniquingKeysWith: +)
    // The r-th of a class's n samples belongs at (2r + 1) / 2n of the whole order.
    var seen: [Int32: Int] = [:]
    let places = order.enumerated().map { position, index -> (place: Double, position: Int, index: Int) in
      let rank = seen[classes[index], default: 0]
      seen[classes[index]] = rank + 1
      return (Double(2 * rank + 1) / Double(2 * sizes[classes[index], default: 1]), position, index)
    }
    return places.sorted { ($0.place, $0.position) < ($1.place, $1.position) }.map(\.index)
  }
}
