import Diagnostics
import Tensors

/// Reads the samples of `.npz` files with an array `x` (and `lengths`).
public struct NumPyReader: InputReader {
  private let shape: Shape
  private let padding: SequencePadding

  /// A reader of samples of the shape that a model was trained on, or of another number of steps; `padding` says where
  /// shorter ones are padded.
  public init(shape: [Int], padding: SequencePadding = .behind) {
    self.shape = Shape(shape)
    self.padding = padding
  }

  /// All samples of a file.
  public func samples(_ input: String) throws -> any Dataset { try samples(input) { throw $1 } }

  /// The samples of a file whose numbers are finite; the others are given to `report`.
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

  /// Archives.
  public var fileEndings: [String] { ["npz"] }
}
