import Diagnostics

extension RecipeKey {
  /// The key of the threads that load samples.
  static func threads(_ property: any WritableKeyPath<Settings, Int?> & Sendable) -> RecipeKey {
    RecipeKey(
      "threads", property, .threads,
      "the threads of each rank that read and transform samples beside the training: auto for the machine's idle processors "
        + "divided among its ranks, at most 16, or a number; results do not depend on it")
  }
}

extension ValueType<Int?> {
  /// `auto` (nil), or a number of threads.
  static var threads: ValueType {
    let rule = "auto, or a whole number from 1 to 256"
    return ValueType {
      .text(rule: rule, pattern: "auto|[0-9]+")
    } read: { node, path, _ in
      if node.text == "auto" { return nil }
      guard let count = node.text.flatMap(Int.init), 1...256 ~= count else {
        throw node.place.failure("\(path) must be \(rule), not \(node.named)")
      }
      return count
    } write: { count in
      .scalar(count.map(String.init) ?? "auto")
    }
  }
}
