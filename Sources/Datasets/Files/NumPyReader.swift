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
  public func samples(_ input: String) throws -> any Dataset {
    let samples = try NumPyDataset(contentsOf: input, targets: nil, padding: padding)
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
