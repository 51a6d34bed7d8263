import Diagnostics
import Training

/// Whether the numbers by which a sweep compares its variants mean the same in all of them.
struct SweepComparison {
  private let first: (number: Int, recipe: Recipe)
  private let others: [(number: Int, recipe: Recipe)]

  /// Keys of data that change neither which samples are measured nor what their targets are: random changes, inputs, memory; and
  /// those that choose samples by chance, over which means are taken.
  private static let harmless: Set = [
    "transforms", "evaluationTransforms", "mean", "std", "standardize", "missing", "padding", "channels", "ignore",
    "cache", "megapixels", "shuffle", "origin", "epochSize", "chunks", "fold", "splitSeed",
  ]
  /// Keys that say nothing about the validation samples if these have a file of their own.
  private static let ofOtherFiles: Set = ["train", "test", "trainImages", "trainLabels", "testImages", "testLabels"]

  /// A comparison of the recipes of variants, of which there is at least one.
  init(_ recipes: [(variant: SweepPlan.Variant, recipe: Recipe)]) {
    first = (recipes[0].variant.number, recipes[0].recipe)
    others = recipes.dropFirst().map { ($0.variant.number, $0.recipe) }
  }

  /// Checks that all variants are compared by the same metric, and if that is the loss, that it is the same loss.
  /// - Throws: `Failure` (usage) naming two variants whose numbers cannot be compared.
  func check() throws {
    let words = first.recipe.judgingWords
    for (number, recipe) in others where recipe.judgingWords != words {
      throw Failure(
        .usage,
        "variant \(first.number) is judged by \(words), but variant \(number) by \(recipe.judgingWords): such numbers do not "
          + "say which is better", advice: "judge all by the same, such as monitor=\(first.recipe.commonMetric)")
    }
    guard first.recipe.judgingMetric == "loss" else { return }
    guard let (number, key, own, other) = firstDifference(where: { $0.hasPrefix("loss.") }) else { return }
    throw Failure(
      .usage,
      "\(key) is \(own) in variant \(first.number), but \(other) in variant \(number), and variants are judged by their "
        + "loss: such numbers do not say which is better",
      advice: "judge them by a metric that does not depend on it: monitor=\(first.recipe.commonMetric)")
  }

  /// A sentence if variants are measured on different samples; nil if not.
  var warning: String? {
    let hasFile = ([first] + others).allSatisfy { $0.recipe.data.path(of: .validation) != nil }
    let ignored = Self.harmless.union(hasFile ? Self.ofOtherFiles : []).map { "data.\($0)" }
    let found = firstDifference { key in
      key == "loss.ignoreIndex"
        || key.hasPrefix("data.") && !ignored.contains { key == $0 || key.hasPrefix("\($0).") }
    }
    guard let (number, key, own, other) = found else { return nil }
    return "\(key) is \(own) in variant \(first.number), but \(other) in variant \(number): they are measured on "
      + "different samples, so the best value need not be of the best variant"
  }

  /// The first key that has another value in another variant than in the first one.
  private func firstDifference(
    where isMeant: (String) -> Bool
  ) -> (number: Int, key: String, own: String, other: String)? {
    func values(_ recipe: Recipe) -> [(key: String, value: String)] { recipe.keys.filter { isMeant($0.key) } }
    let own = values(first.recipe)
    for (number, recipe) in others {
      let theirs = values(recipe)
      let keys = own.map(\.key) + theirs.map(\.key).filter { key in !own.contains { $0.key == key } }
      for key in keys {
        let pair = [own, theirs].map { entries in entries.first { $0.key == key }?.value ?? "none" }
        if pair[0] != pair[1] { return (number, key, pair[0], pair[1]) }
      }
    }
    return nil
  }
}

extension Recipe {
  /// Whether the loss is of classes or events, so that answers are right or wrong.
  private var hasAccuracy: Bool { loss.targetKind == .classes || loss.needsProbabilities }

  /// The name of the metric that judges the training at its end.
  fileprivate var judgingMetric: String { monitor.monitor.name { _ in hasAccuracy } }

  /// The same in words.
  fileprivate var judgingWords: String {
    "its \(monitor.monitor.direction(of: judgingMetric).rawValue) \(judgingMetric)"
  }

  /// A metric that does not depend on the loss.
  fileprivate var commonMetric: String { hasAccuracy ? "accuracy" : "rmse" }
}
