import Diagnostics
import Formats

extension CSVTable {
  /// Advice on a text in a column of numbers.
  func advice(on text: String, _ row: CSVReader.Row, _ place: Int) -> String {
    if let other = style.otherSeparator(in: text), other != .comma {
      return isInput
        ? "fields are separated by a \(style.separator), as in the training"
        : "if fields are separated by \(other)s, write data: {separator: \(other)}"
    }
    if style.decimal == .point, text.wholeMatch(of: /[-+]?\d+,\d+/) != nil {
      return isInput
        ? "write a decimal point, as in the training"
        : "if numbers have a decimal comma, write data: {decimal: comma}"
    }
    let thousands = style.decimal == .point ? "," : "."
    if text.contains(thousands), style.number(text.replacing(thousands, with: "")) != nil {
      return "write \(text.replacing(thousands, with: "")), without a separator between thousands"
    }
    if text.hasSuffix("%"), style.number(text.dropLast().trimmingCharacters(in: .whitespaces)) != nil {
      return "write the number alone, without %"
    }
    let (numbers, rows) = countNumbers(in: place)
    if !style.hasHeader, row.line == start?.first.line, numbers * 2 > rows {
      return isInput
        ? "the file must have no row of names, as the training file has none"
        : "the first row names the columns: leave header: false out"
    }
    let column = yaml(name(place))
    guard numbers * 2 <= rows else {
      return "put a number there, or leave the row out: \(name(place)) has numbers in \(numbers) of \(rows) rows"
    }
    switch target {
    case .label(let label) where label != columns[place]:
      return "the class is taken from \(label); if \(name(place)) names it, write data: {label: \(column)}, "
        + "and if it is not an input, data: {ignore: [\(column)]}"
    case .numbers(let targets) where targets.contains(columns[place]) || targets.contains("\(place)"):
      return "a target is a number; to learn classes, write loss: cross-entropy and data: {label: \(column)}; if "
        + "another column is meant, data: {targets: [NAME]}"
    case .label, .numbers:
      return "inputs and targets are finite numbers; leave other columns out by data: {ignore: [\(column)]}"
    case .none: return "the inputs are finite numbers"
    }
  }

  /// How many of the file's rows have a number in a column, and how many rows there are; 0 for a single row.
  private func countNumbers(in place: Int) -> (numbers: Int, rows: Int) {
    guard let start else { return (0, 0) }
    var others = start.others
    var next = style.hasHeader ? nil : start.first
    var (numbers, rows) = (0, 0)
    while true {
      do {
        guard let row = try next ?? others.next() else { return (numbers, rows) }
        next = nil
        rows += 1
        if style.number(row.fields[place])?.isFinite == true { numbers += 1 }
      } catch {
        rows += 1
      }
    }
  }
}
