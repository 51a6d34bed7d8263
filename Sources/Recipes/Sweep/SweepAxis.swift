import Diagnostics

/// A `KEY=VALUES` of a sweep's command line: one value, several with commas between them, or a range `LOW..HIGH`.
package struct SweepAxis: Equatable, Sendable {
  /// The values that the key takes.
  package enum Values: Equatable, Sendable {
    /// Texts in YAML.
    case list([String])
    /// Every number of a range, whole ones if both ends are whole.
    case range(low: Double, high: Double, isWhole: Bool, isLogarithmic: Bool)
  }

  /// The words as they were typed.
  package let text: String
  /// The dotted key.
  package let key: String
  /// The values.
  package let values: Values

  /// The greatest number that a whole range may contain; a `Double` holds all up to it.
  private static let greatest = 0x1p53

  /// Reads an argument.
  /// - Throws: `Failure` (usage) naming the argument if it is not `KEY=VALUES`, or the values are impossible.
  package init(_ text: String) throws {
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
      throw Failure(
        .usage, "command line: \"\(text)\" is not KEY=VALUES",
        advice: "write a recipe's key and its values: batch=32,64 or optimizer.learningRate=1e-4..1e-1:log")
    }
    self.text = text
    key = String(text[..<equals])
    let words = String(text[text.index(after: equals)...])
    if let range = try Self.range(words, in: text) {
      values = range
      return
    }
    let list = Self.divided(words)
    if list.count > 1, list.contains(where: \.isEmpty) {
      throw Failure(
        .usage, "command line: \"\(text)\" has an empty value",
        advice: "write values with commas between them, such as \(key)=1,2, or a text with a comma in quotes")
    }
    if let twice = list.indices.first(where: { list[..<$0].contains(list[$0]) }) {
      throw Failure(
        .usage, "command line: \"\(text)\" has the value \(list[twice]) twice", advice: "leave one of them out")
    }
    values = .list(list)
  }

  /// Whether the key takes more than one value.
  package var varies: Bool {
    switch values {
    case .list(let list): list.count > 1
    case .range(let low, let high, _, _): low < high
    }
  }

  /// The range that the words name: `LOW..HIGH`, perhaps with `:log`. Nil if they are values.
  private static func range(_ words: String, in text: String) throws -> Values? {
    guard let match = words.wholeMatch(of: /([-+.0-9eE]+?)\.\.([-+0-9.][-+.0-9eE]*)(:.*)?/),
      let low = Double(match.1), let high = Double(match.2)
    else { return nil }
    func fault(_ what: String, _ advice: String) -> Failure {
      Failure(.usage, "command line: \"\(text)\" \(what)", advice: advice)
    }
    let suffix = match.3 ?? ""
    guard suffix.isEmpty || suffix == ":log" else {
      throw fault(
        "has \"\(suffix)\" after its range", "only :log may stand there, for numbers that are even in their logarithm")
    }
    guard low <= high else { throw fault("has a range from more to less", "write \(match.2)..\(match.1)\(suffix)") }
    guard suffix.isEmpty || low > 0 else {
      throw fault("has a logarithmic range from \(match.1)", "with :log the range must begin above 0")
    }
    let isWhole = [match.1, match.2].allSatisfy { $0.wholeMatch(of: /[-+]?[0-9]+/) != nil }
    guard low.isFinite, high.isFinite, !isWhole || max(-low, high) <= greatest else {
      throw fault("has a range beyond all numbers", "choose smaller ends")
    }
    return .range(low: low, high: high, isWhole: isWhole, isLogarithmic: !suffix.isEmpty)
  }

  /// The parts of a text between its commas, but not those within brackets, braces or quotes.
  static func divided(_ words: String) -> [String] {
    var parts = [""]
    var (depth, quote): (Int, Character?) = (0, nil)
    for character in words {
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if "[{".contains(character) {
        depth += 1
      } else if "]}".contains(character) {
        depth -= 1
      } else if character == ",", depth == 0 {
        parts.append("")
        continue
      }
      parts[parts.count - 1].append(character)
    }
    return parts
  }
}
