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
  public var hasLengths: Bool { length != nil }
  private let length: Int?
  private let write: (Batch, _ place: Int) throws -> Void

  /// The sample that `write` puts at a place of a batch, which was cleared before; `length` is its own number of steps, which
  /// is written already, where the model takes such.
  public init(shape: Shape, length: Int? = nil, write: @escaping (Batch, _ place: Int) throws -> Void) {
    inputShape = shape
    self.length = length
    self.write = write
  }

  /// The input's own steps.
  public func length(of index: Int) -> Int { length ?? inputShape.steps }

  /// The only one.
  public func place(of index: Int) -> String { "the input" }

  /// Writes the sample.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) throws {
    batch.clear(count: indices.count)
    for place in indices.indices {
      if let length { batch.lengths[place] = Int32(length) }
      try write(batch, place)
    }
  }
}
