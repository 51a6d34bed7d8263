extension ValueType<ClosedRange<Int>> {
  /// One whole number, or the least and the greatest of several: `15` or `15-25`.
  static func range(from least: Int, through most: Int) -> ValueType {
    let rule = "a whole number, or two such as \(least + 1)-\(least + 5) for all between"
    let shape = ValueShape.text(rule: "\(rule); from \(least) to \(most)", pattern: "[0-9]+(-[0-9]+)?")
    return ValueType {
      shape
    } read: { node, path, _ in
      let numbers = (node.text ?? "").split(separator: "-", omittingEmptySubsequences: false).map {
        $0.allSatisfy(\.isASCII) ? Int($0) : nil
      }
      guard (1...2).contains(numbers.count), let first = numbers[0], let last = numbers[numbers.count - 1] else {
        throw node.place.failure("\(path) must be \(rule), not \(node.named)")
      }
      guard first <= last else {
        throw node.place.failure("\(path) must begin with the smaller number, not \(node.named)")
      }
      guard first >= least, last <= most else {
        throw node.place.failure("\(path) must be from \(least) to \(most), not \(node.named)")
      }
      return first...last
    } write: {
      .scalar($0.count == 1 ? String($0.lowerBound) : "\($0.lowerBound)-\($0.upperBound)")
    }
  }
}
