import Foundation

/// The columns of a run's `metrics.csv`, over the epochs. A missing or damaged file has none.
struct EpochColumns {
  private let heads: [Substring]
  private let rows: [[Substring]]

  /// Reads a file.
  init(path: String) {
    let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let lines = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    heads = lines.first ?? []
    rows = lines.dropFirst().filter { [count = heads.count] in $0.count == count }
  }

  /// The values of a column at the epochs that have one.
  func points(_ column: String) -> [Mark.Point] {
    guard let place = heads.firstIndex(of: column[...]), let epoch = heads.firstIndex(of: "epoch") else { return [] }
    return rows.compactMap { row in
      guard let x = Double(row[epoch]), let y = Double(row[place])?.drawable else { return nil }
      return Mark.Point(x: x, y: y)
    }
  }
}
