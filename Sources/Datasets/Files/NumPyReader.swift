import Diagnostics
import Tensors

/// Reads the samples of `.npz` files with an array `x` (and `lengths`).
public struct NumPyReader: InputReader {
  private let shape: Shape

  /// A reader of samples of the shape that a model was trained on.
  public init(shape: [Int]) {
    self.shape = Shape(shape)
  }

  /// All samples of a file.
  public func samples(_ input: String) throws -> any Dataset {
    let samples = try NumPyDataset(contentsOf: input, targets: nil)
    guard samples.inputShape == shape else {
      throw Failure(
        .data, "\(input): samples have the shape \(samples.inputShape)", advice: "the run was trained on \(shape)")
    }
    return samples
  }
}
