import Diagnostics
import Formats
import Tensors

/// Samples from a NumPy archive (`.npz`) with the arrays `x` (samples × features, samples × steps × features, or
/// samples × height × width × channels), `y` (class index of each sample) and, optionally, `lengths` (valid steps of each sample; padding stands behind).
public final class NumPyDataset: Dataset {
  /// [features], [steps, features] or [height, width, channels].
  public let inputShape: Shape
  /// "0", "1", … up to the largest class index.
  public let classNames: [String]
  /// Number of samples.
  public let count: Int
  /// Whether the archive has `lengths`.
  public let hasLengths: Bool
  private let inputs: [Float]
  private let targets: [Int32]
  private let lengths: [Int32]

  /// Reads an archive whole; without `needsTargets`, `y` may be missing and is not read.
  /// - Throws: `Failure` (noInput, data) naming the file, the array and what would be right.
  public init(contentsOf path: String, needsTargets: Bool = true) throws {
    let archive = try NPZArchive(contentsOf: path)
    for name in needsTargets ? ["x", "y"] : ["x"] where !archive.names.contains(name) {
      throw Failure(
        .data, "\(path): there is no array \"\(name)\"; it holds \(archive.names.joined(separator: ", "))",
        advice: "x: samples × features, × steps × features, or × height × width × channels; y: class indices")
    }
    let x = try archive.array("x")
    guard (2...4).contains(x.shape.count), !x.shape.contains(0) else {
      throw Failure(
        .data, "\(path): x has the shape \(x.shape)",
        advice: "x must be samples × features, samples × steps × features, or samples × height × width × channels")
    }
    count = x.shape[0]
    inputShape = Shape(Array(x.shape.dropFirst()))
    targets =
      needsTargets ? try NumPyDataset.targets(in: archive, path: path, count: count) : Array(repeating: 0, count: count)
    classNames = (0...Int(targets.max() ?? 0)).map(String.init)
    hasLengths = archive.names.contains("lengths")
    lengths = hasLengths ? try NumPyDataset.lengths(in: archive, path: path, count: count, shape: inputShape) : []
    inputs = x.floats()
  }

  private static func targets(in archive: NPZArchive, path: String, count: Int) throws -> [Int32] {
    let array = try archive.array("y")
    guard array.shape == [count] else {
      throw Failure(
        .data, "\(path): y has the shape \(array.shape)",
        advice: "y must be one class index for each of the \(count) samples of x")
    }
    let targets = try array.int32s()
    if let index = targets.firstIndex(where: { $0 < 0 }) {
      throw Failure(.data, "\(path): y[\(index)] is \(targets[index])", advice: "class indices start at 0")
    }
    return targets
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

  /// Copies samples, time-major.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {
    batch.resize(count: indices.count)
    let view = batch.view
    inputs.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      for (place, index) in indices.enumerated() {
        for step in 0..<view.steps {
          let values = view.positions * view.columns
          view.row(step: step, sample: place)
            .update(from: base + (index * view.steps + step) * values, count: values)
        }
        batch.targets[place] = targets[index]
        if hasLengths { batch.lengths[place] = lengths[index] }
      }
    }
  }
}
