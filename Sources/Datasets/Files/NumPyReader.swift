import Diagnostics
import Tensors

/// Reads inputs from `.npz` files with an array `x` (and `lengths` or `offsets`).
public struct NumPyReader: InputReader {
  private let shape: Shape
  private let padding: SequencePadding

  /// A reader of samples with the shape of the training samples, but any number of steps; `padding` is the end at which
  /// shorter ones are padded.
  public init(shape: [Int], padding: SequencePadding = .behind) {
    self.shape = Shape(shape)
    self.padding = padding
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

  private func samples(
    _ input: String, report: (_ sample: Int, Failure) throws -> Void
  ) throws -> any Dataset {
    let samples = try NumPyDataset(contentsOf: input, targets: nil, padding: padding, report: report)
    guard samples.inputShape.isAlike(shape) else {
      throw Failure(
        .data, "\(input): samples have the shape \(samples.inputShape)",
        advice: "the run was trained on \(shape)"
          + (NumPyHints.change(from: samples.inputShape, to: shape).map { "; \($0)" } ?? ""))
    }
    return samples
  }

  /// The ending of archives.
  public var fileEndings: [String] { ["npz"] }
}
