import Diagnostics
import Tensors

/// How letters become numbers.
public enum LetterEncoding: String, CaseIterable, Sendable {
  /// A feature for each letter of the alphabet, 1 where it is the step's letter and else 0.
  case oneHot
  /// One feature: the letter's place in the alphabet, from 1; for an embedding.
  case index
}

/// An alphabet of Unicode scalars, and how it is written to a network's inputs.
///
/// A letter that is not in the alphabet is written as the padding is: no feature is 1, or index 0. So an embedding of as
/// many entries as there are letters, and one more, with `paddingIndex: 0`, reads both as zeros.
public struct LetterCode: Sendable {
  /// The letters, ascending.
  public let alphabet: [Unicode.Scalar]
  /// How they become numbers.
  public let encoding: LetterEncoding
  private let places: [Unicode.Scalar: Int]

  /// The letters of some lines.
  public init(of lines: some Sequence<String>, encoding: LetterEncoding) {
    var letters: Set<Unicode.Scalar> = []
    for line in lines { letters.formUnion(line.unicodeScalars) }
    self.init(alphabet: letters.sorted(), encoding: encoding)
  }

  /// An alphabet that is known already.
  public init(alphabet: [Unicode.Scalar], encoding: LetterEncoding) {
    self.alphabet = alphabet
    self.encoding = encoding
    places = Dictionary(zip(alphabet, alphabet.indices), uniquingKeysWith: { first, _ in first })
  }

  /// The features of one letter.
  public var features: Int { encoding == .oneHot ? alphabet.count : 1 }

  /// The letters of a line that the alphabet lacks, each once.
  func unknownLetters(in line: String) -> [Unicode.Scalar] {
    var seen: Set<Unicode.Scalar> = []
    return line.unicodeScalars.filter { places[$0] == nil && seen.insert($0).inserted }
  }

  /// Writes a line to a place of a batch that was cleared before.
  func write(_ line: String, to batch: Batch, place: Int) {
    let inputs = batch.view
    for (step, letter) in line.unicodeScalars.enumerated() {
      guard let index = places[letter] else { continue }
      let row = inputs.row(step: step, sample: place)
      switch encoding {
      case .oneHot: row[index] = 1
      case .index: row[0] = Float(index + 1)
      }
    }
    batch.lengths[place] = Int32(line.unicodeScalars.count)
  }
}
