import Diagnostics
import Formats
import Tensors

/// Turns what people give to a trained model, text or the name of a file, into samples.
public protocol InputReader {
  /// Stands between the names of a sample's classes where each step has one.
  var classSeparator: String { get }
  /// The endings of files that a folder of inputs is searched for; none where a folder is no input.
  var fileEndings: [String] { get }
  /// Whether an input is the text itself; else it may be the name of a file.
  var readsText: Bool { get }

  /// The samples that one input stands for; their targets mean nothing.
  /// - Throws: `Failure` (data, noInput) naming what is wrong with the input.
  func samples(_ input: String) throws -> any Dataset

  /// Reads the samples of a file in their order, a piece at a time.
  /// - Parameters:
  ///   - report: is told of each sample that cannot be read; the others are read all the same.
  ///   - body: is given each piece, and what a sample of it is called by its index.
  /// - Throws: `Failure` (data, noInput) where the file as a whole cannot be read, and what `body` throws.
  func read(
    file path: String, report: (Failure) -> Void,
    _ body: (any Dataset, _ name: @escaping (Int) -> String) throws -> Void) throws

  /// What people should know of an input, such as that it has letters that training had not; nil for nothing.
  func notice(_ input: String) -> String?
}

extension InputReader {
  /// A blank.
  public var classSeparator: String { " " }
  /// None.
  public var fileEndings: [String] { [] }
  /// It may be the name of a file.
  public var readsText: Bool { false }

  /// The samples that the file's name stands for.
  public func read(
    file path: String, report: (Failure) -> Void,
    _ body: (any Dataset, _ name: @escaping (Int) -> String) throws -> Void
  ) throws {
    let data = try samples(path)
    try body(data) { data.count == 1 ? path : "\(path)[\($0)]" }
  }

  /// Nothing.
  public func notice(_ input: String) -> String? { nil }
}

/// A reader of texts: of a file it reads each line.
public protocol TextReader: InputReader {}

extension TextReader {
  /// Text.
  public var fileEndings: [String] { ["txt"] }
  /// It is.
  public var readsText: Bool { true }

  /// One sample a line; empty lines are passed over.
  public func read(
    file path: String, report: (Failure) -> Void,
    _ body: (any Dataset, _ name: @escaping (Int) -> String) throws -> Void
  ) throws {
    guard !(try firstBytes(1024, ofFile: path).contains(0)) else {
      throw Failure(
        .data, "\(path) is a file, but holds no text",
        advice: "a file of texts has one on each line, in UTF-8; a text that is named as a file goes to standard input")
    }
    try forEachLine(ofFile: path) { bytes, number in
      guard !bytes.isEmpty else { return }
      guard let line = String(validating: bytes, as: UTF8.self) else {
        return report(
          Failure(.data, "\(path):\(number): the line is not UTF-8 text", advice: "convert the file to UTF-8"))
      }
      let data: any Dataset
      do {
        data = try samples(line)
      } catch let failure as Failure {
        return report(failure.located("\(path):\(number)"))
      }
      try body(data) { _ in line }
    }
  }
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
