import Diagnostics

/// Class indices from a file.
enum ClassLabels {
  /// The largest number of classes; a larger index means a damaged file.
  static let limit = 1 << 20

  /// The classes' names: `names`, or if nil "0", "1", … up to the largest label.
  /// - Throws: `Failure` (data) naming the row, from 0, of the first label that is not one of the classes.
  static func names(of labels: [Int32], among names: [String]?, path: String) throws -> [String] {
    let count = names?.count ?? limit
    if let row = labels.firstIndex(where: { !(0..<Int32(count)).contains($0) }) {
      throw Failure(
        .data, "\(path): label \(labels[row]) at row \(row)",
        advice: names == nil
          ? "labels are class indices from 0" : "labels are class indices from 0 to \(count - 1) here")
    }
    return names ?? (0...Int(labels.max() ?? 0)).map(String.init)
  }

  /// Names from a file in the order of their classes: as numbers if all are whole, else by their Unicode scalars.
  static func sorted(_ names: Set<String>) -> [String] {
    let numbers = names.compactMap(Int.init)
    guard numbers.count < names.count else {
      return names.sorted { (Int($0) ?? 0, $0) < (Int($1) ?? 0, $1) }
    }
    return names.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
  }
}
