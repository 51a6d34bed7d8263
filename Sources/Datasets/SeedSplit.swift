import Diagnostics
import Tensors

/// How many of a source's samples are set aside for validation and testing, by which rules, and the seed that chooses them.
public struct SplitShares: Equatable, Sendable {
  /// The share of all samples for validation.
  public var validationShare: Double
  /// The share of all samples for testing.
  public var testShare: Double
  /// The seed that chooses the samples.
  public var splitSeed: UInt64
  /// The number of folds, of which each takes its turn as the validation samples; nil for none.
  public var folds: Int?
  /// The fold whose samples are for validation, from 1; nil for the first, or for all in turn.
  public var fold: Int?

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
/// sample. With folds, what is left after the test samples is cut into folds of equal size in the same order.
///
/// If samples have groups, no group is in two parts, and the parts are as near to these shares as groups allow
/// (`GroupDivision`).
public struct SeedSplit: Equatable, Sendable {
  /// The training samples, ascending.
  public let training: [Int]
  /// The validation samples, in random order, so that the first ones are a random sample.
  public let validation: [Int]
  /// The test samples, in random order.
  public let test: [Int]
  /// The groups in each part; nil if samples have none.
  public private(set) var groups: SplitGroups?

  /// Splits `count` samples; `classes` and `groups` are the samples' classes and groups, if any.
  /// - Throws: `Failure` (data) if a requested part would be empty.
  public init(count: Int, classes: [Int32]? = nil, groups: SampleGroups? = nil, shares: SplitShares) throws {
    precondition(classes == nil || classes?.count == count, "one class a sample")
    guard let groups else {
      try self.init(count: count, classes: classes, shares: shares)
      return
    }
    let order = SeedSplit.order(count: count, classes: classes, seed: shares.splitSeed)
    let parts = try GroupDivision(groups, classes: classes).parts(shares)
    self.init(
      training: parts.indices.filter { parts[$0] == .training }, validation: order.filter { parts[$0] == .validation },
      test: order.filter { parts[$0] == .test })
    self.groups = SplitGroups(groups, parts: parts)
  }

  private init(training: [Int], validation: [Int], test: [Int]) {
    self.training = training
    self.validation = validation
    self.test = test
  }

  private init(count: Int, classes: [Int32]?, shares: SplitShares) throws {
    let testCount = Int((shares.testShare * Double(count)).rounded())
    var kept = testCount..<testCount + Int((shares.validationShare * Double(count)).rounded())
    if let folds = shares.folds {
      let (rest, fold) = (count - testCount, (shares.fold ?? 1) - 1)
      guard rest >= folds else {
        throw Failure(
          .data, "data.folds is \(folds), but there \(rest == 1 ? "is" : "are") \(counted(rest, "sample")) to divide",
          advice: "each fold needs a sample: make data.folds smaller, or give more samples")
      }
      kept = testCount + fold * rest / folds..<testCount + (fold + 1) * rest / folds
    }
    let validationCount = kept.count
    let trainingCount = count - testCount - validationCount
    let isEmpty =
      testCount == 0 && shares.testShare > 0 || validationCount == 0 && shares.validationShare > 0 || trainingCount <= 0
    guard !isEmpty else {
      throw Failure(
        .data,
        "\(shares.validationShare > 0 ? "data.validationShare" : "data.testShare"): \(counted(count, "sample")) "
          + "cannot be split into \(trainingCount) for training, \(validationCount) for validation and \(testCount) for testing",
        advice: "each part needs a sample: change data.testShare or data.validationShare, or give more samples")
    }
    let order = SeedSplit.order(count: count, classes: classes, seed: shares.splitSeed)
    test = Array(order[..<testCount])
    validation = Array(order[kept])
    training = (order[testCount..<kept.lowerBound] + order[kept.upperBound...]).sorted()
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
