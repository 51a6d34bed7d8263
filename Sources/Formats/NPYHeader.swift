import Diagnostics

/// The header of a `.npy` file (NumPy Enhancement Proposal 1): a Python dictionary with three entries.
struct NPYHeader {
  var element: NPYElement
  var isBigEndian: Bool
  var isFortranOrder: Bool
  var shape: [Int]

  /// Parses the dictionary in `text`; `source` is the file's name in messages.
  init(_ text: ArraySlice<UInt8>, source: String) throws {
    var scanner = PythonLiteralScanner(text, source: source)
    var descr: String?
    var order: Bool?
    var shape: [Int]?
    try scanner.expect("{")
    while !scanner.skip("}") {
      let key = try scanner.string()
      try scanner.expect(":")
      switch key {
      case "descr" where descr == nil: descr = try scanner.string()
      case "fortran_order" where order == nil: order = try scanner.boolean()
      case "shape" where shape == nil: shape = try scanner.tuple()
      default: throw scanner.failure("has the entry '\(shortened(key))' that is unknown or repeated")
      }
      if !scanner.skip(",") {
        try scanner.expect("}")
        break
      }
    }
    try scanner.expectEnd()
    guard let descr, let order, let shape else {
      throw scanner.failure("lacks one of the entries 'descr', 'fortran_order' and 'shape'")
    }
    let byteOrder = descr.first ?? " "
    guard "<>|=".contains(byteOrder), let element = NPYElement(rawValue: String(descr.dropFirst())) else {
      throw Failure(
        .data, "\(source) holds elements of NumPy's type '\(shortened(descr))', which cannot be read.",
        advice: NPYHeader.advice(on: descr))
    }
    self.element = element
    isBigEndian = byteOrder == ">"
    isFortranOrder = order
    self.shape = shape
  }

  /// Advice on arrays of a type that is not supported.
  private static func advice(on type: String) -> String {
    switch type.drop(while: { "<>|=".contains($0) }).first {
    case "O":
      "It holds Python objects. Arrays of one shape become numbers by numpy.stack; names become class indices by "
        + "classes, y = numpy.unique(list(y), return_inverse=True)."
    case "U", "S", "a":
      "It holds text. Numbers in text are text.astype(float); names, of classes or groups, become numbers by "
        + "names, numbers = numpy.unique(text, return_inverse=True)."
    case "c":
      "It holds complex numbers. As two features each they are numpy.concatenate([x.real, x.imag], axis=-1)."
    case "M", "m":
      "It holds times. Numbers are, for example, days from the first: (x - x.min()) / numpy.timedelta64(1, \"D\")."
    default: "Readable are f2 f4 f8, i1 i2 i4 i8, u1 u2 u4 u8 and b1; convert the array with astype."
    }
  }
}

/// Parses the Python literals of a `.npy` header: strings, `True` and `False`, tuples of lengths.
private struct PythonLiteralScanner {
  private var rest: ArraySlice<UInt8>
  private let source: String

  init(_ text: ArraySlice<UInt8>, source: String) {
    rest = text
    self.source = source
  }

  func failure(_ fault: String) -> Failure {
    Failure(
      .data, "\(source): the header \(fault).",
      advice: "Right is, for example, {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }")
  }

  private mutating func skipSpaces() {
    rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard rest.first == UInt8(ascii: character) else { return false }
    rest = rest.dropFirst()
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws {
    if !skip(character) { throw failure("has \(next) where '\(character)' belongs") }
  }

  mutating func expectEnd() throws {
    skipSpaces()
    if !rest.isEmpty { throw failure("continues after its end with \(next)") }
  }

  mutating func string() throws -> String {
    skipSpaces()
    guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      guard rest.first != UInt8(ascii: "[") else {
        throw Failure(
          .data, "\(source) holds elements of a structured type, which cannot be read.",
          advice: "They become numbers by numpy.lib.recfunctions.structured_to_unstructured(x).")
      }
      throw failure("has \(next) where a string belongs")
    }
    guard let end = rest.dropFirst().firstIndex(of: quote) else { throw failure("has a string without an end") }
    let text = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
    rest = rest[(end + 1)...]
    return text
  }

  mutating func boolean() throws -> Bool {
    skipSpaces()
    for (word, value) in [("True", true), ("False", false)] where rest.starts(with: word.utf8) {
      rest = rest.dropFirst(word.utf8.count)
      return value
    }
    throw failure("has \(next) where True or False belongs")
  }

  /// A tuple of lengths; NumPy allows at most 64 axes.
  mutating func tuple() throws -> [Int] {
    try expect("(")
    var lengths: [Int] = []
    while !skip(")") {
      skipSpaces()
      let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      let text = String(decoding: digits, as: UTF8.self)
      guard let length = Int(text) else {
        throw failure("has \(digits.isEmpty ? next : shortened(text)) where a length of an axis belongs")
      }
      rest = rest.dropFirst(digits.count)
      lengths.append(length)
      if lengths.count > 64 { throw failure("has a shape of more than 64 axes") }
      if !skip(",") {
        try expect(")")
        break
      }
    }
    return lengths
  }

  private var next: String {
    rest.isEmpty ? "its end" : "'\(String(decoding: rest.prefix(12), as: UTF8.self))'"
  }
}
