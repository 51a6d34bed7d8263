import Diagnostics
import Formats
import Foundation
import Tensors

/// Reads inputs from arrays `x` (and `lengths` or `offsets`): of `.npz` files, folders of `.npy` files, single `.npy` files, or
/// HDF5 files.
public struct NumPyReader: InputReader {
  /// The endings of files to look for in a folder of inputs.
  public let fileEndings: [String]
  /// How inputs are normalized; nil if they are not.
  package var normalization: InputNormalization?
  private let shape: Shape
  private let padding: SequencePadding
  private let open: (_ path: String) throws -> any ArrayCollection

  /// A reader of NumPy's files, of samples with the shape of the training samples, but any number of steps; `padding` is the end
  /// at which shorter ones are padded.
  public init(shape: [Int], padding: SequencePadding = .behind) {
    self.init(shape: shape, padding: padding, fileEndings: ["npz", "npy"]) { path in
      if path.hasSuffix(".npy") { return NPYFolder(file: path) }
      return try NumPyDataset.arrays(at: path)
    }
  }

  /// A reader of HDF5 files, whose data sets have the names `renamed` in place of `x`, `lengths` and `offsets`.
  public init(shape: [Int], padding: SequencePadding, renamed: [String: String]) {
    self.init(shape: shape, padding: padding, fileEndings: ["h5", "hdf5"]) {
      try HDF5Files([$0], path: $0, renamed: renamed)
    }
  }

  private init(
    shape: [Int], padding: SequencePadding, fileEndings: [String],
    open: @escaping (_ path: String) throws -> any ArrayCollection
  ) {
    self.shape = Shape(shape)
    self.padding = padding
    self.fileEndings = fileEndings
    self.open = open
  }

  /// Reads all samples of a file.
  public func samples(_ input: String) throws -> any Dataset { try samples(input) { throw $1 } }

  /// Reads the samples of a file whose numbers are finite; `report` is called for the others.
  public func read(
    file path: String, report: (Failure) -> Void,
    _ body: (any Dataset, _ name: @escaping (Int) -> String) throws -> Void
  ) throws {
    var damaged: Set<Int> = []
    let all = try samples(path) { sample, failure in
      damaged.insert(sample)
      report(failure)
    }
    let sound = (0..<all.count).filter { !damaged.contains($0) }
    guard !sound.isEmpty else { return }
    try body(Subset(all, indices: sound)) { all.count == 1 ? path : "\(path)[\(sound[$0])]" }
  }

  /// Whether a folder holds the array `x`.
  public func isInput(folder: String) -> Bool {
    fileEndings.contains("npy") && FileManager.default.fileExists(atPath: "\(folder)/x.npy")
  }

  private func samples(
    _ input: String, report: (_ sample: Int, Failure) throws -> Void
  ) throws -> any Dataset {
    let samples = try NumPyDataset(open(input), targets: nil, padding: padding, report: report)
    guard samples.inputShape.isAlike(shape) else {
      throw Failure(
        .data, "\(input): samples have the shape \(samples.inputShape)",
        advice: "the run was trained on \(shape)"
          + (NumPyHints.change(from: samples.inputShape, to: shape).map { "; \($0)" } ?? ""))
    }
    if let normalization { samples.normalize(by: normalization) }
    return samples
  }
}
