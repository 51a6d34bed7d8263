import Diagnostics
import Formats
import Foundation
import Tensors

/// Samples from arrays of a NumPy archive (`.npz`), a folder of `.npy` files or HDF5 files: `x` (samples × features, samples ×
/// steps × features, or samples × height × width × channels), `y` (targets) and, optionally, `lengths` (the number of valid steps
/// of each sample; the others are padding, behind or in front, which is dropped). With `lengths` or `offsets`, `x` may also have
/// the steps of all samples one after the other: steps × features.
///
/// `y` holds a class index per sample, or samples × steps of them; or numbers with the shape of the outputs, samples
/// first.
///
/// Numbers stay in their files until a batch is loaded, unless there are few.
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
  /// The names that were given, or "0", "1", … up to the largest class index; empty if targets are numbers.
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
  /// Whether numbers are read from their files when batches are loaded.
  public var loadsAhead: Bool { samples.loadsAhead }
  /// A hint that `x` or `y` may have another shape than intended; nil if nothing suggests it.
  public let shapeNotice: String?
  private let samples: SequenceDataset

  /// Opens an archive, or a folder of `.npy` files.
  /// - Parameters:
  ///   - targets: the kind of `y`; nil to ignore `y`, which may be missing then.
  ///   - ignoring: a label that is not a class, and may be any number.
  ///   - classNames: the classes' names, such as those of the training samples; nil to use the classes in `y`.
  ///   - targetsAreOfSteps: whether each step has a target, for samples of one step, whose arrays do not tell; nil if
  ///     that is not known.
  ///   - padding: the end of sequences at which the file pads.
  ///   - extras: the arrays of weights and groups.
  ///   - report: called for each sample with a number that is not finite; throws it by default.
  /// - Throws: `Failure` (noInput, data) naming the file, the array and what would be right.
  public convenience init(
    contentsOf path: String, targets kind: TargetKind? = .classes, ignoring ignored: Int? = nil,
    padding: SequencePadding = .behind, classNames: [String]? = nil, targetsAreOfSteps: Bool? = nil,
    extras: SampleExtras = SampleExtras(), report: (_ sample: Int, Failure) throws -> Void = { throw $1 }
  ) throws {
    try self.init(
      NumPyDataset.arrays(at: path), targets: kind, ignoring: ignored, padding: padding, classNames: classNames,
      targetsAreOfSteps: targetsAreOfSteps, extras: extras, report: report)
  }

  /// The arrays of an archive, or of a folder of `.npy` files.
  /// - Throws: `Failure` (noInput, data) if it cannot be read.
  package static func arrays(at path: String) throws -> any ArrayCollection {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    return try exists && isFolder.boolValue ? NPYFolder(folder: path) : NPZArchive(contentsOf: path)
  }

  /// Opens arrays. The parameters are those of the first form; `isNormalized` says that inputs will be normalized, so that their
  /// scale is meant.
  /// - Throws: as the first form.
  package init(
    _ arrays: any ArrayCollection, targets kind: TargetKind? = .classes, ignoring ignored: Int? = nil,
    padding: SequencePadding = .behind, classNames: [String]? = nil, targetsAreOfSteps: Bool? = nil,
    extras: SampleExtras = SampleExtras(), isNormalized: Bool = false,
    report: (_ sample: Int, Failure) throws -> Void = { throw $1 }
  ) throws {
    let path = arrays.path
    let names = (x: arrays.title(of: "x"), y: arrays.title(of: "y"))
    try NumPyDataset.check(arrays, has: kind == nil ? ["x"] : ["x", "y"])
    let x = try arrays.stored("x")
    let isJoined = x.shape.count <= 2 && (arrays.names.contains("lengths") || arrays.names.contains("offsets"))
    if x.shape.first == 0 {
      throw Failure(
        .data, "\(path): there are no samples: \(names.x) has the shape \(x.shape)",
        advice: isJoined ? "x must have one step or more" : "x must have one sample or more")
    }
    guard (isJoined ? 1...2 : 2...4).contains(x.shape.count), !x.shape.contains(0) else {
      throw Failure(
        .data, "\(path): \(names.x) has the shape \(x.shape)",
        advice: isJoined
          ? "x must be the steps of all samples × features"
          : "x must be samples × features, samples × steps × features, or samples × height × width × channels")
    }
    let steps = try NumPySteps(arrays, x: x.shape, padding: padding, path: path)
    let shape = isJoined || x.shape.count == 3 ? nil : Shape(Array(x.shape.dropFirst()))
    let form = NumPySamples(
      path: path, name: names.y, steps: steps, areSequences: shape == nil, targetsAreOfSteps: targetsAreOfSteps)
    let classes = try kind == .classes ? arrays.array("y") : nil
    let targets = try kind.map { _ in
      try classes.map { try NumPyTargets(classes: $0, of: form, ignored: ignored, trained: classNames) }
        ?? NumPyTargets(values: arrays.stored("y"), of: form)
    }
    // New inputs are read once, so that all of those that cannot be answered are told.
    let isScanned = x.byteCount <= ArrayScan.most || kind == nil
    let scan = try ArrayScan(
      x, steps: steps, name: names.x, padding: padding, path: path, isWhole: isScanned,
      hasLengths: arrays.names.contains("lengths"), hintsAtBytes: kind != nil && !isNormalized, report: report)
    let hints = ChannelHints(array: "\(path): \(names.x)", shape: x.shape, isOfSamples: true)
    let channelNotice = kind == nil ? nil : hints.ofImages
    // With lengths, or a target for each of them, the steps are known.
    let haveSteps = arrays.names.contains("lengths") || targets?.targets.layout.areOfSteps == true
    let isOfRows = classes?.shape.last == steps.stepsOfRow
    let indicators = isOfRows ? nil : classes.flatMap { NumPyHints.indicators($0, path: path) }
    shapeNotice = channelNotice ?? indicators?.description ?? (haveSteps || isJoined ? nil : hints.ofSequences)
    let read = isJoined ? ["x", "y"] + ["lengths", "offsets"].filter(arrays.names.contains) : ["x", "y", "lengths"]
    let unread =
      arrays is HDF5Files
      ? nil
      : NumPyHints.unreadNotice(
        names: arrays.names, read: read + extras.names(among: arrays.names), path: path)
    let rounding = isScanned ? try NumPyHints.roundingNotice(of: x, name: names.x, path: path) : nil
    let weights = try extras.weight.map { try arrays.weights($0, count: steps.count, path: path) }
    let groups = try arrays.groups(extras, count: steps.count, path: path)
    samples = SequenceDataset(
      StoredSteps(
        array: x, steps: steps, features: steps.width(of: x), name: names.x, path: path,
        checked: isScanned || !x.element.mayBeNonFinite ? nil : CheckedSamples(count: steps.count)),
      shape: shape, targets: targets?.targets ?? .none(count: steps.count), classNames: targets?.classNames ?? [],
      path: path, notices: [unread, rounding, channelNotice].compactMap(\.self) + scan.notices)
    samples.sampleWeights = weights
    samples.groups = groups
  }

  private static func check(_ arrays: any ArrayCollection, has needed: [String]) throws {
    guard let missing = needed.first(where: { !arrays.names.contains($0) }) else { return }
    if let files = arrays as? HDF5Files {
      if let failure = files.brokenLink(to: missing) { throw failure }
      throw Failure(
        .data,
        "\(files.path): there is no data set \"\(files.title(of: missing))\"; "
          + (files.titles.isEmpty ? "it holds none" : "it holds \(listed(files.titles))"),
        advice: "data.\(missing) names the data set of the \(missing == "x" ? "inputs" : "targets"), such as "
          + "train/\(missing)")
    }
    throw Failure(
      .data,
      "\(arrays.path): there is no array \"\(missing)\"; it holds "
        + (arrays.names.isEmpty ? "no arrays" : listed(arrays.names)),
      advice: (arrays as? NPZArchive)?.isPyTorch == true
        ? "torch.save wrote the file; write it by numpy.savez(\"train.npz\", x=x.numpy(), y=y.numpy())"
        : "x: samples × features, × steps × features, or × height × width × channels; y: class indices")
  }

  /// Normalizes inputs when they are loaded.
  package func normalize(by normalization: InputNormalization) { samples.normalize(by: normalization) }

  /// The sample's own number of steps.
  public func length(of index: Int) -> Int { samples.length(of: index) }

  /// The file, and the sample's number.
  public func place(of index: Int) -> String { samples.place(of: index) }

  /// Reads the steps of samples that are there.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) throws {
    try samples.load(epoch: epoch, indices: indices, into: batch)
  }
}
