import Diagnostics
import Formats
import Tensors

/// Turns a trained model's input, a text or a file's name, into samples.
public protocol InputReader {
  /// The text between the classes of a sample's steps.
  var classSeparator: String { get }
  /// The endings of files to look for in a folder of inputs; empty if a folder is not an input.
  var fileEndings: [String] { get }
  /// Whether a folder is one input, not a folder of inputs.
  func isInput(folder: String) -> Bool
  /// Whether an input is the text itself; otherwise it may be the name of a file.
  var readsText: Bool { get }

  /// Makes the samples of one input; their targets have no meaning.
  /// - Throws: `Failure` (data, noInput) naming what is wrong with the input.
  func samples(_ input: String) throws -> any Dataset

  /// Reads the samples of a file in order, block by block.
  /// - Parameters:
  ///   - report: called for each sample that cannot be read; reading then continues.
  ///   - body: called for each block, with a function that names a sample by its index.
  /// - Throws: `Failure` (data, noInput) if the file as a whole cannot be read, and what `body` throws.
  func read(
    file path: String, report: (Failure) -> Void,
    _ body: (any Dataset, _ name: @escaping (Int) -> String) throws -> Void) throws

  /// A notice about an input, such as letters that training did not have; nil for none.
  func notice(_ input: String) -> String?
}

extension InputReader {
  /// A blank.
  public var classSeparator: String { " " }
  /// Empty: no folders.
  public var fileEndings: [String] { [] }
  /// False.
  public func isInput(folder: String) -> Bool { false }
  /// False.
  public var readsText: Bool { false }

  /// Reads the file as one block.
  public func read(
    file path: String, report: (Failure) -> Void,
    _ body: (any Dataset, _ name: @escaping (Int) -> String) throws -> Void
  ) throws {
    let data = try samples(path)
    try body(data) { data.count == 1 ? path : "\(path)[\($0)]" }
  }

  /// Nil.
  public func notice(_ input: String) -> String? { nil }
}

/// A reader of texts. Each line of a file is one text.
public protocol TextReader: InputReader {}

extension TextReader {
  /// The ending of text files.
  public var fileEndings: [String] { ["txt"] }
  /// True.
  public var readsText: Bool { true }

  /// Makes one sample per line; empty lines are skipped.
  public func read(
    file path: String, report: (Failure) -> Void,
    _ body: (any Dataset, _ name: @escaping (Int) -> String) throws -> Void
  ) throws {
    guard !(try firstBytes(1024, ofFile: path).contains(0)) else {
      throw Failure(
        .data, "\(path) is a file, but holds no text",
        advice:
          "a file of texts has one on each line, in UTF-8; pass a text that is also a file's name by standard input")
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

/// One sample that belongs to no data set: an input without a target.
public final class SingleInput: Dataset {
  /// The input's shape.
  public let inputShape: Shape
  /// Empty: there are no classes.
  public let classNames: [String] = []
  /// 1.
  public let count = 1
  /// Whether the input may have fewer steps than its shape.
  public var hasLengths: Bool { length != nil }
  private let length: Int?
  private let write: (Batch, _ place: Int) throws -> Void

  /// A sample that `write` writes to a place of a batch whose inputs are zero. `length` is its number of steps; nil if
  /// the model takes no lengths.
  public init(shape: Shape, length: Int? = nil, write: @escaping (Batch, _ place: Int) throws -> Void) {
    inputShape = shape
    self.length = length
    self.write = write
  }

  /// The input's number of steps.
  public func length(of index: Int) -> Int { length ?? inputShape.steps }

  /// "the input".
  public func place(of index: Int) -> String { "the input" }

  /// Writes the sample.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) throws {
    batch.clear(count: indices.count) { _ in length(of: 0) }
    for place in indices.indices { try write(batch, place) }
  }
}
