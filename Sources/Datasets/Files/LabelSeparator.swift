import Foundation

/// What stands between the classes in a column of several.
enum LabelSeparator {
  /// Semicolons; blanks belong to names.
  case semicolons
  /// Blanks.
  case blanks

  /// Finds it for a whole column, so that a name is the same in all rows; `known` are the names of the training samples.
  init(of column: some Sequence<String>, known: [String]?) {
    let hasSemicolons = column.contains { $0.contains(";") }
    let hasBlankNames = known?.contains { $0.contains(where: \.isWhitespace) } == true
    self = hasSemicolons || hasBlankNames ? .semicolons : .blanks
  }

  /// The names in a field; none if it is empty.
  func names(_ text: String) -> [String] {
    switch self {
    case .semicolons:
      text.split(separator: ";").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
    case .blanks: text.split(whereSeparator: \.isWhitespace).map(String.init)
    }
  }
}
