import Diagnostics
import Formats
import Tensors

/// Samples from a NumPy archive (`.npz`) with the arrays `x` (samples × features, samples × steps × features, or
/// samples × height × width × channels), `y` (targets) and, optionally, `lengths` (the number of valid steps of each
/// sample; the others are padding, behind or in front). If all lengths are the same, the samples just have as many steps.
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

  /// [features], [steps, features] or [height, width, channels].
  public let inputShape: Shape
  /// The form of one sample's target.
  public var targetLayout: TargetLayout { targets.layout }
  /// "0", "1", … up to the largest class index; empty if targets are numbers.
  public var classNames: [String] { targets.classNames }
  /// Number of samples.
  public let count: Int
  /// The class of each sample; nil if samples have more than one or none.
  public var classes: [Int32]? { targetLayout == .classes(steps: 1) ? targets.classes : nil }
  /// Whether the archive has `lengths`, and they differ.
  public let hasLengths: Bool
  /// Notices about the arrays, such as one that is not read.
  public let notices: [String]
  /// A hint that `x` or `y` may have another shape than intended; nil if nothing suggests it.
  public let shapeNotice: String?
  private let inputs: [Float]
  private let targets: NumPyTargets
  /// The steps of a sample in `inputs` and, if each step has a target, in the targets.
  private let storedSteps: Int
  private let lengths: [Int32]
  private let path: String

  /// Reads an archive whole.
  ///
  /// If samples have lengths, they and their targets per step are moved so that all padding is behind.
  /// - Parameters:
  ///   - targets: the kind of `y`; nil to ignore `y`, which may be missing then.
  ///   - ignoring: a label that is not a class, and may be any number.
  ///   - classNames: the names of the training samples; nil to use the classes in `y`.
  ///   - padding: the end of sequences at which the file pads.
  ///   - report: called for each sample with a number that is not finite; throws it by default.
  /// - Throws: `Failure` (noInput, data) naming the file, the array and what would be right.
  public convenience init(
    contentsOf path: String, targets kind: TargetKind? = .classes, ignoring ignored: Int? = nil,
    padding: SequencePadding = .behind, classNames: [String]? = nil,
    report: (_ sample: Int, Failure) throws -> Void = { throw $1 }
  ) throws {
    try self.init(
      NPZArchive(contentsOf: path), path: path, targets: kind, ignoring: ignored, padding: padding,
      classNames: classNames, report: report)
  }

  /// Reads an open archive whole; `x` is its array of that name, if it has been read.
  init(
    _ archive: NPZArchive, x read: NPYArray? = nil, path: String, targets kind: TargetKind?, ignoring ignored: Int?,
    padding: SequencePadding, classNames: [String]?, report: (_ sample: Int, Failure) throws -> Void
  ) throws {
    self.path = path
    for name in kind == nil ? ["x"] : ["x", "y"] where !archive.names.contains(name) {
      throw Failure(
        .data,
        "\(path): there is no array \"\(name)\"; it holds "
          + (archive.names.isEmpty ? "no arrays" : archive.names.joined(separator: ", ")),
        advice: archive.isPyTorch
          ? "torch.save wrote the file; write it by numpy.savez(\"train.npz\", x=x.numpy(), y=y.numpy())"
          : "x: samples × features, × steps × features, or × height × width × channels; y: class indices")
    }
    let x = try read ?? archive.array("x")
    guard (2...4).contains(x.shape.count), !x.shape.contains(0) else {
      throw Failure(
        .data, "\(path): x has the shape \(x.shape)",
        advice: "x must be samples × features, samples × steps × features, or samples × height × width × channels")
    }
    count = x.shape[0]
    let stored = Shape(Array(x.shape.dropFirst()))
    let isPadded = archive.names.contains("lengths")
    lengths = isPadded ? try NumPyDataset.lengths(in: archive, path: path, count: count, shape: stored) : []
    storedSteps = stored.steps
    // With a single step, a class for each step would be taken for one of the sample.
    hasLengths = Set(lengths).count > 1 || lengths.first == 1
    inputShape =
      isPadded && !hasLengths ? .sequence(steps: Int(lengths[0]), features: stored.features) : stored
    let valid = ValidSteps(lengths: lengths, steps: storedSteps, padding: padding)
    let targets: NumPyTargets
    switch kind {
    case nil: targets = NumPyTargets(none: count)
    case .classes:
      targets = try NumPyTargets(
        classes: archive.array("y"), path: path, inputShape: stored, count: count, valid: valid, ignored: ignored,
        names: classNames)
    case .values: targets = try NumPyTargets(values: archive.array("y"), path: path, count: count, valid: valid)
    }
    self.targets = isPadded ? targets.shortened(from: storedSteps, to: inputShape.steps) : targets
    var inputs = try x.floats("x", path: path, valid: valid, report: report)
    let channelNotice = kind == nil ? nil : NumPyHints.channelNotice(of: x.shape, path: path)
    let isOfOwnSteps = targets.layout == .classes(steps: storedSteps)
    let indicators = kind == .classes && !isOfOwnSteps ? try NumPyHints.indicators(archive.array("y"), path: path) : nil
    shapeNotice = channelNotice ?? indicators?.description
    let meant =
      kind == nil
      ? []
      : [
        channelNotice, NumPyHints.byteNotice(of: x, inputs, path: path),
        isPadded ? nil : NumPyHints.paddingNotice(of: inputs, shape: x.shape, path: path),
      ]
    notices =
      NumPyHints.notices([("x", x)], names: archive.names, path: path)
      + ([valid.notice(of: inputs, path: path)] + meant).compactMap(\.self)
    valid.arrange(&inputs, shape: x.shape)
    self.inputs = inputs
  }

  private static func lengths(in archive: NPZArchive, path: String, count: Int, shape: Shape) throws -> [Int32] {
    let array = try archive.array("lengths")
    guard shape.isSequence, array.shape == [count] else {
      throw Failure(
        .data, "\(path): lengths has the shape \(array.shape)",
        advice: "lengths must be one number of steps for each of the \(count) sequences of x")
    }
    let lengths = try array.int32s()
    if let index = lengths.firstIndex(where: { !(1...Int32(shape.steps)).contains($0) }) {
      throw Failure(
        .data, "\(path): lengths[\(index)] is \(lengths[index])", advice: "x has 1 to \(shape.steps) steps")
    }
    return lengths
  }

  /// The sample's own number of steps.
  public func length(of index: Int) -> Int { hasLengths ? Int(lengths[index]) : inputShape.steps }

  /// The file, and the sample's number.
  public func place(of index: Int) -> String { "\(path): sample \(index)" }

  /// Copies the steps of samples that are there.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {
    batch.resize(count: indices.count) { length(of: indices[$0]) }
    let view = batch.view
    inputs.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      for (place, index) in indices.enumerated() {
        for step in 0..<view.steps(ofSample: place) {
          let values = view.positions * view.columns
          view.row(step: step, sample: place)
            .update(from: base + (index * storedSteps + step) * values, count: values)
        }
        targets.write(sample: index, to: batch, place: place)
      }
    }
  }
}
