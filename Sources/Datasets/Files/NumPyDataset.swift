import Diagnostics
import Formats
import Tensors

/// Samples from a NumPy archive (`.npz`) with the arrays `x` (samples × features, samples × steps × features, or
/// samples × height × width × channels), `y` (targets) and, optionally, `lengths` (the number of valid steps of each
/// sample; the others are padding, behind or in front, which is dropped). With `lengths` or `offsets`, `x` may also have the
/// steps of all samples one after the other: steps × features.
///
/// `y` holds a class index per sample, or samples × steps of them; or numbers with the shape of the outputs, samples
/// first.
public final class NumPyDataset: Dataset {
  /// The kind of values in `y`.
  public enum TargetKind: Sendable {
    /// Class indices.
    case classes
    /// Numbers.
    case values
  }

  /// False: a sample is the same in every epoch.
  public let variesByEpoch = false
  /// [features], [steps of the longest sample, features] or [height, width, channels].
  public var inputShape: Shape { samples.inputShape }
  /// The form of one sample's target.
  public var targetLayout: TargetLayout { samples.targetLayout }
  /// "0", "1", … up to the largest class index; empty if targets are numbers.
  public var classNames: [String] { samples.classNames }
  /// Number of samples.
  public var count: Int { samples.count }
  /// The class of each sample; nil if samples have more than one or none.
  public var classes: [Int32]? { samples.classes }
  /// The weight of each sample; nil if none were read.
  public var sampleWeights: [Double]? { samples.sampleWeights }
  /// The group of each sample; nil if none were read.
  public var groups: SampleGroups? { samples.groups }
  /// Whether samples differ in length.
  public var hasLengths: Bool { samples.hasLengths }
  /// What a trained model depends on.
  public var facts: DataFacts { samples.facts }
  /// Notices about the arrays, such as one that is not read.
  public var notices: [String] { samples.notices }
  /// A hint that `x` or `y` may have another shape than intended; nil if nothing suggests it.
  public let shapeNotice: String?
  private let samples: SequenceDataset

  /// Reads an archive whole, without its padding.
  /// - Parameters:
  ///   - targets: the kind of `y`; nil to ignore `y`, which may be missing then.
  ///   - ignoring: a label that is not a class, and may be any number.
  ///   - classNames: the names of the training samples; nil to use the classes in `y`.
  ///   - targetsAreOfSteps: whether each step has a target, for samples of one step, whose arrays do not tell; nil if
  ///     that is not known.
  ///   - padding: the end of sequences at which the file pads.
  ///   - extras: the arrays of weights and groups.
  ///   - report: called for each sample with a number that is not finite; throws it by default.
  /// - Throws: `Failure` (noInput, data) naming the file, the array and what would be right.
  public init(
    contentsOf path: String, targets kind: TargetKind? = .classes, ignoring ignored: Int? = nil,
    padding: SequencePadding = .behind, classNames: [String]? = nil, targetsAreOfSteps: Bool? = nil,
    extras: SampleExtras = SampleExtras(), report: (_ sample: Int, Failure) throws -> Void = { throw $1 }
  ) throws {
    let archive = try NPZArchive(contentsOf: path)
    try NumPyDataset.check(archive, has: kind == nil ? ["x"] : ["x", "y"], path: path)
    let x = try archive.array("x")
    let isJoined = x.shape.count <= 2 && (archive.names.contains("lengths") || archive.names.contains("offsets"))
    guard (isJoined ? 1...2 : 2...4).contains(x.shape.count), !x.shape.contains(0) else {
      throw Failure(
        .data, "\(path): x has the shape \(x.shape)",
        advice: isJoined
          ? "x must be the steps of all samples × features"
          : "x must be samples × features, samples × steps × features, or samples × height × width × channels")
    }
    let steps = try NumPySteps(archive, x: x.shape, padding: padding, path: path)
    let shape = isJoined || x.shape.count == 3 ? nil : Shape(Array(x.shape.dropFirst()))
    let form = NumPySamples(
      path: path, steps: steps, areSequences: shape == nil, targetsAreOfSteps: targetsAreOfSteps)
    let y = try kind.map { _ in try archive.array("y") }
    let targets = try y.map { y in
      try kind == .classes
        ? NumPyTargets(classes: y, of: form, ignored: ignored, trained: classNames) : NumPyTargets(values: y, of: form)
    }
    let stored = x.floats()
    try steps.check(stored, of: x, name: "x", path: path, report: report)
    let channelNotice = kind == nil ? nil : NumPyHints.channelNotice(of: x.shape, path: path)
    let isOfRows = y?.shape.last == steps.stepsOfRow
    let indicators = kind == .classes && !isOfRows ? y.flatMap { NumPyHints.indicators($0, path: path) } : nil
    shapeNotice = channelNotice ?? indicators?.description
    let others = [
      steps.notice(of: stored, padding: padding, path: path), channelNotice,
      kind == nil ? nil : NumPyHints.byteNotice(of: x, stored, path: path),
      archive.names.contains("lengths") ? nil : NumPyHints.paddingNotice(of: stored, shape: x.shape, path: path),
    ]
    let read = isJoined ? ["x", "y"] + ["lengths", "offsets"].filter(archive.names.contains) : ["x", "y", "lengths"]
    let weights = try extras.weight.map { try archive.weights($0, count: steps.count, path: path) }
    let groups = try archive.groups(extras, count: steps.count, path: path)
    samples = SequenceDataset(
      RaggedSteps(
        features: shape?.count ?? (x.shape.count == 1 ? 1 : x.shape[x.shape.count - 1]),
        values: steps.withoutPadding(stored), offsets: steps.offsets),
      shape: shape, targets: targets?.targets ?? .none(count: steps.count), classNames: targets?.classNames ?? [],
      path: path,
      notices: NumPyHints.notices(
        [("x", x)], names: archive.names, read: read + extras.names(among: archive.names), path: path)
        + others.compactMap(\.self))
    samples.sampleWeights = weights
    samples.groups = groups
  }

  private static func check(_ archive: NPZArchive, has names: [String], path: String) throws {
    guard let missing = names.first(where: { !archive.names.contains($0) }) else { return }
    throw Failure(
      .data,
      "\(path): there is no array \"\(missing)\"; it holds "
        + (archive.names.isEmpty ? "no arrays" : archive.names.joined(separator: ", ")),
      advice: archive.isPyTorch
        ? "torch.save wrote the file; write it by numpy.savez(\"train.npz\", x=x.numpy(), y=y.numpy())"
        : "x: samples × features, × steps × features, or × height × width × channels; y: class indices")
  }

  /// The sample's own number of steps.
  public func length(of index: Int) -> Int { samples.length(of: index) }

  /// The file, and the sample's number.
  public func place(of index: Int) -> String { samples.place(of: index) }

  /// Copies the steps of samples that are there.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {
    samples.load(epoch: epoch, indices: indices, into: batch)
  }
}
