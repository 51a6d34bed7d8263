import Datasets

/// Chooses elements of all classes in turn, regardless of their order: the first of each class, then the second, and so on.
/// If there are more classes than elements to choose, it chooses classes at even distances.
package struct ClassTurns<Element> {
  private let limit: Int
  private var found: [Int: [Element]] = [:]

  /// Chooses at most `limit` elements.
  package init(limit: Int) { self.limit = limit }

  /// Whether enough elements of enough classes were added, if there are `classes` in all.
  package func isComplete(classes: Int) -> Bool {
    found.count >= min(limit, classes) && found.values.reduce(0, { $0 + $1.count }) >= limit
  }

  /// Whether more elements of a class could be chosen.
  package func accepts(_ label: Int) -> Bool { found[label, default: []].count < limit }

  /// Adds an element of a class.
  package mutating func add(_ element: Element, of label: Int) { found[label, default: []].append(element) }

  /// The chosen elements, class by class.
  package var chosen: [Element] {
    let labels = found.keys.sorted()
    guard labels.count < limit else {
      return (0..<limit).compactMap { found[labels[$0 * labels.count / limit]]?.first }
    }
    var (counts, all) = ([Int: Int](), 0)
    for turn in 0..<(found.values.map(\.count).max() ?? 0) {
      for label in labels where all < limit && turn < found[label, default: []].count {
        counts[label] = turn + 1
        all += 1
      }
    }
    return labels.flatMap { found[$0, default: []].prefix(counts[$0, default: 0]) }
  }
}

extension Predictor {
  /// All samples, a batch at a time. The first batches are at even distances, since data is often sorted by class. If the
  /// model carries state from batch to batch, batches are in order.
  package var spreadBatches: [Range<Int>] {
    let all = Array(batches)
    guard !carriesState, all.count > 2 else { return all }
    // Numbers with reversed bits (van der Corput 1935).
    let width = Int.bitWidth - (all.count - 1).leadingZeroBitCount
    return (0..<1 << width).lazy.map { number in
      (0..<width).reduce(0) { $0 << 1 | number >> $1 & 1 }
    }.filter { $0 < all.count }.map { all[$0] }
  }
}
