import Diagnostics
import Tensors

/// How letters become numbers.
public enum LetterEncoding: String, CaseIterable, Sendable {
  /// One feature per letter of the alphabet: 1 for the step's letter, else 0.
  case oneHot
  /// One feature: the letter's index in the alphabet, from 1; for an embedding.
  case index
}

/// An alphabet of Unicode scalars, and how letters become a network's inputs.
///
/// A letter that is not in the alphabet is written like padding: no feature is 1, or index 0. An embedding with one
/// entry more than there are letters and `paddingIndex: 0` then reads both as zeros.
public struct LetterCode: Sendable {
  /// The letters, ascending.
  public let alphabet: [Unicode.Scalar]
  /// How letters become numbers.
  public let encoding: LetterEncoding
  private let places: [Unicode.Scalar: Int]

  /// An alphabet of the letters in these lines.
  public init(of lines: some Sequence<String>, encoding: LetterEncoding) {
    var letters: Set<Unicode.Scalar> = []
    for line in lines { letters.formUnion(line.unicodeScalars) }
    self.init(alphabet: letters.sorted(), encoding: encoding)
  }

  /// A known alphabet.
  public init(alphabet: [Unicode.Scalar], encoding: LetterEncoding) {
    self.alphabet = alphabet
    self.encoding = encoding
    places = Dictionary(zip(alphabet, alphabet.indices), uniquingKeysWith: { first, _ in first })
  }

  /// The number of features per letter.
  public var features: Int { encoding == .oneHot ? alphabet.count : 1 }

  /// The letters of a line that are not in the alphabet, each once.
  func unknownLetters(in line: String) -> [Unicode.Scalar] {
    var seen: Set<Unicode.Scalar> = []
    return line.unicodeScalars.filter { places[$0] == nil && seen.insert($0).inserted }
  }

  /// Writes a line to a place of a batch whose inputs are zero.
  func write(_ line: String, to batch: Batch, place: Int) {
    let inputs = batch.view
    for (step, letter) in line.unicodeScalars.enumerated() {
      guard let index = places[letter] else { continue }
      let row = inputs.row(step: step, sample: place).floats
      switch encoding {
      case .oneHot: row[index] = 1
      case .index: row[0] = Float(index + 1)
      }
    }
  }
}
