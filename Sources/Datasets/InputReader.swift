import Tensors

/// Turns what people give to a trained model, text or the name of a file, into samples.
public protocol InputReader {
  /// Stands between the names of a sample's classes where each step has one.
  var classSeparator: String { get }

  /// The samples that one input stands for; their targets mean nothing.
  /// - Throws: `Failure` (data, noInput) naming what is wrong with the input.
  func samples(_ input: String) throws -> any Dataset
}

extension InputReader {
  /// A blank.
  public var classSeparator: String { " " }
}

/// One sample that is no part of a data set: an input without a target.
public final class SingleInput: Dataset {
  /// The input's shape.
  public let inputShape: Shape
  /// None.
  public let classNames: [String] = []
  /// One.
  public let count = 1
  /// Whether the input may have fewer steps than its shape.
  public let hasLengths: Bool
  private let write: (Batch, _ place: Int) throws -> Void

  /// The sample that `write` puts at a place of a batch, which was cleared before.
  public init(shape: Shape, hasLengths: Bool = false, write: @escaping (Batch, _ place: Int) throws -> Void) {
    inputShape = shape
    self.hasLengths = hasLengths
    self.write = write
  }

  /// Writes the sample.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) throws {
    batch.clear(count: indices.count)
    for place in indices.indices { try write(batch, place) }
  }
}
