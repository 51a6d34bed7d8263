import Datasets

extension RecipeWarnings {
  /// Parts that groups keep far from the shares asked for.
  var unevenGroups: [String] {
    guard let groups = data.groups, let shares = (recipe.data as? any SplittableEntry)?.split else { return [] }
    let validation = shares.folds.map { (1 - shares.testShare) / Double($0) } ?? shares.validationShare
    let parts = [(Split.validation, validation), (.test, shares.testShare)].filter { $0.1 > 0 }
    let divided = groups.divided.compactMap { data[$0]?.count }.reduce(0, +)
    return parts.compactMap { part, share in
      let own = Double(data[part]?.count ?? 0) / Double(max(divided, 1))
      guard abs(own - share) > share / 5 else { return nil }
      func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
      return "\(percent(own)) of the samples are for \(part.rawValue) in place of \(percent(share)), since groups by "
        + "\(groups.source) stay together and differ in size."
    }
  }
}

extension DataSplits {
  /// Groups that two parts of the data have in common, and parts whose groups are not known.
  package var commonGroups: [String] {
    guard let groups else { return [] }
    let pairs: [(Split, Split)] = [(.training, .validation), (.training, .test), (.validation, .test)]
    let common = pairs.compactMap { part, other -> String? in
      let names = groups.common(to: part, and: other)
      guard let first = names.first else { return nil }
      let both = "both in the \(part.rawValue) samples and in the \(other.rawValue) samples"
      let effect =
        part == .training
        ? "results on the \(other.rawValue) samples will look better than they are."
        : "what is best on the \(part.rawValue) samples will look better on the \(other.rawValue) samples than it is."
      return names.count == 1
        ? "1 group by \(groups.source), \(first), is \(both): \(effect)"
        : "\(names.count) groups by \(groups.source) are \(both), such as \(first): \(effect)"
    }
    let unknown = Split.allCases.compactMap { part in
      groups.unknown[part].map { "\($0), so the groups of the \(part.rawValue) samples were not compared." }
    }
    return common + unknown
  }
}
