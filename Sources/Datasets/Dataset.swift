import Tensors

/// A source of samples: inputs of one shape, and what the outputs for each should be.
///
/// A sample is a function of (epoch, index) alone, so that every rank and machine sees the same.
public protocol Dataset: AnyObject {
  /// The shape of one input.
  var inputShape: Shape { get }
  /// What the outputs for one sample should be.
  var targetLayout: TargetLayout { get }
  /// The classes' names, in the order of their indices; none where targets are numbers.
  var classNames: [String] { get }
  /// Samples of an epoch.
  var count: Int { get }
  /// The class of each sample where samples have one, and it is known before they are loaded; else nil.
  var classes: [Int32]? { get }
  /// Whether samples have lengths of their own, shorter than the shape's steps, with padding behind.
  var hasLengths: Bool { get }
  /// Whether samples take so long to make that it pays to do it on a thread beside the training. Then `load` is called
  /// from that thread, though never from two at once; data sets of one source must share nothing that changes.
  var loadsAhead: Bool { get }
  /// What a trained model depends on.
  var facts: DataFacts { get }

  /// Says, before any sample is loaded, how many ranks of this machine hold this data set. What it keeps in memory of its
  /// own accord they share.
  func share(amongRanks ranks: Int)

  /// One sample of the first epoch, written out for people.
  /// - Throws: `Failure` (data) where the sample cannot be read.
  func text(of index: Int) throws -> String

  /// The same of any epoch, from 0.
  /// - Throws: `Failure` (data) where the sample cannot be read.
  func text(of index: Int, epoch: Int) throws -> String

  /// The steps that a sample has itself, without padding.
  func length(of index: Int) -> Int

  /// How messages name a sample, with its file if it has one.
  func place(of index: Int) -> String

  /// Makes `batch` as large as `indices` and writes the samples with these indices to it.
  /// - Throws: `Failure` (data) where a sample cannot be read.
  func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) throws
}

extension Dataset {
  /// Not known.
  public var classes: [Int32]? { nil }

  /// All samples have all steps.
  public var hasLengths: Bool { false }

  /// All that the shape has.
  public func length(of index: Int) -> Int { inputShape.steps }

  /// Its number, from 0.
  public func place(of index: Int) -> String { "sample \(index)" }

  /// Keeps nothing that a limit would be for.
  public func share(amongRanks ranks: Int) {}

  /// Samples are quickly made or copied.
  public var loadsAhead: Bool { false }

  /// The sample's number, from 0.
  public func text(of index: Int) -> String { "sample \(index)" }

  /// As in the first epoch: samples are the same in every epoch unless a data set says otherwise.
  public func text(of index: Int, epoch: Int) throws -> String { try text(of: index) }

  /// A class for each sample.
  public var targetLayout: TargetLayout { .classes(steps: 1) }
}
