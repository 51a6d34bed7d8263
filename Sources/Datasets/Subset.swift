import Tensors

/// Some samples of a data set, in an order of their own.
public final class Subset: Dataset {
  private let whole: any Dataset
  private let indices: [Int]
  private var wanted: [Int] = []

  /// The samples of `whole` with these indices.
  public init(_ whole: any Dataset, indices: [Int]) {
    self.whole = whole
    self.indices = indices
  }

  /// That of the whole.
  public var inputShape: Shape { whole.inputShape }
  /// That of the whole.
  public var targetLayout: TargetLayout { whole.targetLayout }
  /// Those of the whole.
  public var classNames: [String] { whole.classNames }
  /// Those of the chosen samples.
  public var classes: [Int32]? { whole.classes.map { all in indices.map { all[$0] } } }
  /// The number of chosen samples.
  public var count: Int { indices.count }
  /// As in the whole.
  public var hasLengths: Bool { whole.hasLengths }
  /// As in the whole, whose `load` must change nothing then, since other parts may call it at the same time.
  public var loadsAhead: Bool { whole.loadsAhead }
  /// Those of the whole.
  public var facts: DataFacts { whole.facts }

  /// That of the whole's sample.
  public func length(of index: Int) -> Int { whole.length(of: indices[index]) }

  /// That of the whole's sample.
  public func place(of index: Int) -> String { whole.place(of: indices[index]) }

  /// The sample as the whole writes it out.
  public func text(of index: Int) throws -> String { try whole.text(of: indices[index]) }

  /// The same of an epoch.
  public func text(of index: Int, epoch: Int) throws -> String { try whole.text(of: indices[index], epoch: epoch) }

  /// Loads from the whole.
  public func load(epoch: Int, indices chosen: UnsafeBufferPointer<Int>, into batch: Batch) throws {
    wanted.removeAll(keepingCapacity: true)
    for index in chosen { wanted.append(indices[index]) }
    try wanted.withUnsafeBufferPointer { try whole.load(epoch: epoch, indices: $0, into: batch) }
  }
}

extension DataSplits {
  /// The parts of one data set.
  public init(_ whole: any Dataset, split: SeedSplit, notices: [String] = []) {
    func part(_ indices: [Int]) -> (any Dataset)? { indices.isEmpty ? nil : Subset(whole, indices: indices) }
    self.init(
      training: Subset(whole, indices: split.training), validation: part(split.validation), test: part(split.test),
      notices: notices)
  }
}
