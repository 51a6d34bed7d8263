import Tensors

/// Some samples of a data set, in a given order.
public final class Subset: Dataset {
  private let whole: any Dataset
  private let indices: [Int]
  private var wanted: [Int] = []

  /// The samples of `whole` with these indices.
  public init(_ whole: any Dataset, indices: [Int]) {
    self.whole = whole
    self.indices = indices
  }

  /// The shape of the whole's inputs.
  public var inputShape: Shape { whole.inputShape }
  /// The form of the whole's targets.
  public var targetLayout: TargetLayout { whole.targetLayout }
  /// The whole's classes.
  public var classNames: [String] { whole.classNames }
  /// The names of the whole's targets.
  public var targetNames: [String] { whole.targetNames }
  /// The classes of the chosen samples.
  public var classes: [Int32]? { whole.classes.map { all in indices.map { all[$0] } } }
  /// The weights of the chosen samples.
  public var sampleWeights: [Double]? { whole.sampleWeights.map { all in indices.map { all[$0] } } }
  /// The chosen samples of each of the whole's files; nil if they are not in the order of the files.
  public var fileRanges: [Range<Int>]? { whole.fileRanges.flatMap { $0.chosen(indices) } }
  /// The number of chosen samples.
  public var count: Int { indices.count }
  /// As in the whole.
  public var hasLengths: Bool { whole.hasLengths }
  /// As in the whole. Its `load` must then change no state, since other subsets may call it at the same time.
  public var loadsAhead: Bool { whole.loadsAhead }
  /// As in the whole.
  public var variesByEpoch: Bool { whole.variesByEpoch }
  /// The whole's facts.
  public var facts: DataFacts { whole.facts }
  /// The whole's notices.
  public var notices: [String] { whole.notices }

  /// The number of the sample's steps.
  public func length(of index: Int) -> Int { whole.length(of: indices[index]) }

  /// The sample's name in the whole.
  public func place(of index: Int) -> String { whole.place(of: indices[index]) }

  /// The sample's text.
  public func text(of index: Int) throws -> String { try whole.text(of: indices[index]) }

  /// The sample's text in an epoch.
  public func text(of index: Int, epoch: Int) throws -> String { try whole.text(of: indices[index], epoch: epoch) }

  /// Tells the whole. All parts of it do, with the same share.
  public func use(_ machine: MachineShare) { whole.use(machine) }

  /// Has the whole read the samples ahead.
  public func expect(_ samples: [Int]) { whole.expect(samples.map { indices[$0] }) }

  /// Loads the samples from the whole.
  public func load(epoch: Int, indices chosen: UnsafeBufferPointer<Int>, into batch: Batch) throws {
    wanted.removeAll(keepingCapacity: true)
    for index in chosen { wanted.append(indices[index]) }
    try wanted.withUnsafeBufferPointer { try whole.load(epoch: epoch, indices: $0, into: batch) }
  }
}

extension [Range<Int>] {
  /// For each range that has some of `indices`, their places in `indices`. Nil if the indices go back to an earlier range.
  fileprivate func chosen(_ indices: [Int]) -> [Range<Int>]? {
    var (ranges, range): ([Range<Int>], Int) = ([], -1)
    for (place, index) in indices.enumerated() {
      if range >= 0, self[range].contains(index) {
        ranges[ranges.count - 1] = ranges[ranges.count - 1].lowerBound..<place + 1
      } else {
        guard let next = self[(range + 1)...].firstIndex(where: { $0.contains(index) }) else { return nil }
        range = next
        ranges.append(place..<place + 1)
      }
    }
    return ranges
  }
}

extension DataSplits {
  /// The parts of one data set.
  public init(_ whole: any Dataset, split: SeedSplit, notices: [String] = []) {
    func part(_ indices: [Int]) -> (any Dataset)? { indices.isEmpty ? nil : Subset(whole, indices: indices) }
    self.init(
      training: Subset(whole, indices: split.training), validation: part(split.validation), test: part(split.test),
      notices: notices, groups: split.groups)
  }
}
