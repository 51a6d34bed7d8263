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
