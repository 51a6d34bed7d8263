import Tensors

/// A source of samples: inputs of one shape, and targets.
///
/// A sample is a function of (epoch, index) alone, so that every rank sees the same.
public protocol Dataset: AnyObject {
  /// The shape of one input.
  var inputShape: Shape { get }
  /// The form of one sample's target.
  var targetLayout: TargetLayout { get }
  /// The classes' names in the order of their indices; empty if targets are numbers.
  var classNames: [String] { get }
  /// The names of a target's numbers, such as labels or columns, in their order; empty if they have none, or targets are classes.
  var targetNames: [String] { get }
  /// The number of samples per epoch.
  var count: Int { get }
  /// The class of each sample, if there is one that is known before loading; else nil.
  var classes: [Int32]? { get }
  /// The weight of each sample, from 0 up, by which an epoch may draw it; nil if samples have none.
  var sampleWeights: [Double]? { get }
  /// The samples of each file, if they are in several files one after the other, each of which is best read as a whole; they
  /// are those of `shuffleWindow`. Nil if there are none.
  var fileRanges: [Range<Int>]? { get }
  /// Whether samples have steps of their own, at most those of the shape.
  var hasLengths: Bool { get }
  /// Whether loading is slow enough to use a thread of its own. `load` is then called on that thread, never on two at
  /// once; parts of one source must share no mutable state.
  var loadsAhead: Bool { get }
  /// Whether a sample may differ from epoch to epoch. If not, what frozen layers make of it may be kept.
  var variesByEpoch: Bool { get }
  /// The facts that a trained model depends on.
  var facts: DataFacts { get }
  /// Notices to the user about the files of the samples, such as an array that is not read.
  var notices: [String] { get }

  /// The memory, in bytes, in which the ranks of a machine keep samples together; 0 for none. The same on all ranks.
  var cacheBytes: Int { get }

  /// Called before any sample is loaded, with what this rank may use of its machine.
  func use(_ machine: MachineShare)

  /// Describes a sample of the first epoch in text.
  /// - Throws: `Failure` (data) if the sample cannot be read.
  func text(of index: Int) throws -> String

  /// Describes a sample of an epoch, counted from 0.
  /// - Throws: `Failure` (data) if the sample cannot be read.
  func text(of index: Int, epoch: Int) throws -> String

  /// The number of a sample's steps, without padding.
  func length(of index: Int) -> Int

  /// Names a sample for messages, with its file if it has one.
  func place(of index: Int) -> String

  /// Asks the system to read samples ahead, which are loaded soon. Called by the thread that loads. Faults are left to `load`.
  func expect(_ samples: [Int])

  /// Resizes `batch` to the number of `indices` and writes these samples to it.
  /// - Throws: `Failure` (data) if a sample cannot be read.
  func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) throws
}

extension Dataset {
  /// The share of the shape's steps that samples have on average.
  package var shareOfSteps: Double {
    guard hasLengths, count > 0 else { return 1 }
    return Double((0..<count).reduce(0) { $0 + length(of: $1) }) / Double(count * inputShape.steps)
  }

  /// None.
  public var targetNames: [String] { [] }

  /// None.
  public var notices: [String] { [] }

  /// Nil: not known.
  public var classes: [Int32]? { nil }

  /// Nil: samples have no weights.
  public var sampleWeights: [Double]? { nil }

  /// Nil: they are not.
  public var fileRanges: [Range<Int>]? { nil }

  /// False: all samples have all steps.
  public var hasLengths: Bool { false }

  /// All steps of the shape.
  public func length(of index: Int) -> Int { inputShape.steps }

  /// The sample's index.
  public func place(of index: Int) -> String { "sample \(index)" }

  /// 0: no memory in common.
  public var cacheBytes: Int { 0 }

  /// Does nothing: there are no threads and no cache.
  public func use(_ machine: MachineShare) {}

  /// Does nothing: no files are read ahead.
  public func expect(_ samples: [Int]) {}

  /// False: samples are made or copied quickly.
  public var loadsAhead: Bool { false }

  /// True: nothing is promised.
  public var variesByEpoch: Bool { true }

  /// The sample's index.
  public func text(of index: Int) -> String { "sample \(index)" }

  /// The text of the first epoch, since samples are the same in every epoch by default.
  public func text(of index: Int, epoch: Int) throws -> String { try text(of: index) }

  /// One class per sample.
  public var targetLayout: TargetLayout { .oneClass }
}
