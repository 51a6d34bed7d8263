import Recording

/// The classes of a data set and how many samples each has, on one line.
package enum ClassCounts {
  /// For example `3: Greek 200, Irish 230, Thai 90`; of many classes, only some. Nil if samples have no known class.
  package static func text(_ data: any Dataset) -> String? {
    guard let classes = data.classes, data.classNames.count > 1 else { return nil }
    var counts = [Int](repeating: 0, count: data.classNames.count)
    for index in classes where counts.indices.contains(Int(index)) { counts[Int(index)] += 1 }
    let texts = zip(data.classNames, counts).map { "\($0) \(Format.count($1))" }
    let number = Format.count(texts.count)
    guard texts.count > shown else { return "\(number): \(texts.joined(separator: ", "))" }
    let order = counts.indices.sorted { (counts[$0], $0) < (counts[$1], $1) }
    return "\(number): \(texts.prefix(shown / 2).joined(separator: ", ")), …; smallest \(texts[order[0]]), "
      + "largest \(texts[order[order.count - 1]])"
  }

  private static let shown = 8
}
