import Diagnostics
import Tensors

/// Lines of text and their classes, one letter per step, padded behind to the longest line.
public final class TextLines: Dataset {
  /// False: a sample is the same in every epoch.
  public let variesByEpoch = false
  /// [letters of the longest line, features per letter].
  public let inputShape: Shape
  /// The corpus's classes.
  public var classNames: [String] { corpus.classNames }
  /// The class of each line.
  public var classes: [Int32]? { corpus.classes }
  /// Number of lines.
  public var count: Int { corpus.lines.count }
  /// True: lines differ in length.
  public let hasLengths = true
  private let corpus: TextCorpus
  private let code: LetterCode
  /// The letters of each line.
  private let lengths: [Int32]

  /// All lines of a corpus; `code` may lack some of their letters.
  public init(_ corpus: TextCorpus, code: LetterCode) {
    self.corpus = corpus
    self.code = code
    lengths = corpus.lines.map { Int32($0.unicodeScalars.count) }
    inputShape = .sequence(steps: Int(lengths.max() ?? 0), features: code.features)
  }

  /// The shape, the classes and the alphabet.
  public var facts: DataFacts {
    var alphabet = String.UnicodeScalarView()
    alphabet.append(contentsOf: code.alphabet)
    return DataFacts(
      inputShape: inputShape.extents, classNames: classNames, alphabet: String(alphabet), hasLengths: true)
  }

  /// The line's letters.
  public func length(of index: Int) -> Int { Int(lengths[index]) }

  /// The folder, the line and its class.
  public func place(of index: Int) -> String {
    "\(corpus.folder): the line \"\(corpus.lines[index])\" of \(classNames[Int(corpus.classes[index])])"
  }

  /// The line.
  public func text(of index: Int) -> String { corpus.lines[index] }

  /// Writes lines letter by letter.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {
    batch.clear(count: indices.count) { length(of: indices[$0]) }
    for (place, index) in indices.enumerated() {
      code.write(corpus.lines[index], to: batch, place: place)
      batch.classes[place] = corpus.classes[index]
    }
  }
}

/// Reads texts for a model that was trained on lines.
public struct TextLinesReader: TextReader {
  private let steps: Int
  private let code: LetterCode

  /// A reader with the training's alphabet.
  /// - Throws: `Failure` (data) if the facts have no alphabet.
  public init(facts: DataFacts, encoding: LetterEncoding) throws {
    guard let alphabet = facts.alphabet, let steps = facts.inputShape.first else {
      throw Failure(
        .data, "the run's data.json holds no alphabet", advice: "train again: the run was trained on other data")
    }
    self.steps = steps
    code = LetterCode(alphabet: Array(alphabet.unicodeScalars), encoding: encoding)
  }

  /// A notice about letters that are not in the training's alphabet.
  public func notice(_ input: String) -> String? {
    let unknown = code.unknownLetters(in: TextCorpus.normalized(input))
    guard !unknown.isEmpty else { return nil }
    let letters = unknown.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ") + (unknown.count > 8 ? ", …" : "")
    return
      "\"\(input.prefix(40))\": training had no \(letters), which \(unknown.count == 1 ? "counts" : "count") as unknown"
  }

  /// One text, which may be longer than the training's lines.
  public func samples(_ input: String) throws -> any Dataset {
    let line = TextCorpus.normalized(input)
    let count = line.unicodeScalars.count
    guard (1...TextCorpus.longestLine).contains(count) else {
      throw Failure(
        .data, "the text \"\(line.prefix(40))\" has \(count) letters",
        advice: "a text has 1 to \(TextCorpus.longestLine) letters")
    }
    let shape = Shape.sequence(steps: max(steps, count), features: code.features)
    return SingleInput(shape: shape, length: count) { [code] batch, place in
      code.write(line, to: batch, place: place)
    }
  }
}
