extension Recipe {
  /// Every key with its value as YAML, dotted, in the order in which recipes are written; a list is one value.
  package var keys: [(key: String, value: String)] { Recipe.keys(written, under: "") }

  private static func keys(_ entries: [YAMLOutput.Entry], under prefix: String) -> [(key: String, value: String)] {
    entries.flatMap { entry -> [(key: String, value: String)] in
      if case .mapping(let inner) = entry.value, !inner.isEmpty { return keys(inner, under: "\(prefix)\(entry.key).") }
      return [(prefix + entry.key, entry.value.flowText)]
    }
  }
}
