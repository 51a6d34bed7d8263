import Diagnostics

/// Checks a sweep's variants before any is trained.
struct SweepChecks {
  private let plan: SweepPlan
  private let axes: [SweepAxis]

  /// A value that no variant has, such as a range's end, is tried in this many variants.
  private static let trials = 8

  init(_ plan: SweepPlan, axes: [SweepAxis]) {
    (self.plan, self.axes) = (plan, axes)
  }

  /// Checks that each value is possible in some variant, and that variants can be compared; returns how often the worse half of
  /// them ends.
  /// - Throws: `Failure` of the first value that is not; (usage) if variants cannot be compared or halved.
  func run() throws -> Int {
    var recipes: [(variant: SweepPlan.Variant, recipe: Recipe)] = []
    var failure: (any Error)?
    for variant in plan.variants {
      do { recipes.append((variant, try plan.recipe(of: variant))) } catch { failure = failure ?? error }
    }
    guard !recipes.isEmpty else { throw failure ?? Failure(.software, "a sweep has variants") }
    if failure != nil || plan.request.random != nil { try checkValues(recipes.map(\.variant)) }
    if let (variant, recipe) = recipes.first(where: { $0.recipe.foldsToTrain != nil }) {
      throw Failure(
        .usage, "variant \(variant.number) has data.folds=\(recipe.foldsToTrain ?? 0), so it is more than one training",
        advice: "let the folds vary, too: data.fold=1..\(recipe.foldsToTrain ?? 0), or leave data.folds out")
    }
    try SweepComparison(recipes).check()
    guard plan.request.halves else { return 0 }
    if let (variant, _) = recipes.first(where: { $0.recipe.evaluate.every == 0 }) {
      throw Failure(
        .usage, "variant \(variant.number) has evaluate.every=0, so nothing tells before its end how good it is",
        advice: "set evaluate.every to some epochs, or leave out --halving")
    }
    let epochs = recipes.map(\.recipe.epochs).min() ?? 1
    let halvings = Halving.count(variants: plan.variants.count, epochs: epochs)
    guard halvings > 0 else {
      throw Failure(
        .usage, "with epochs=\(epochs) no variant can end early", advice: "give more epochs, or leave out --halving")
    }
    return halvings
  }

  /// Checks the values of each axis: in variants that have them, or put into variants that are possible.
  private func checkValues(_ possible: [SweepPlan.Variant]) throws {
    for axis in axes {
      guard let column = plan.keys.firstIndex(of: axis.key) else { continue }
      let seen = Set(possible.map { $0.values[column] })
      let values: [String] =
        plan.request.random == nil ? Array(Set(plan.variants.map { $0.values[column] })).sorted() : axis.samples
      for value in values where !seen.contains(value) { try check(value, in: column, of: possible) }
    }
  }

  private func check(_ value: String, in column: Int, of possible: [SweepPlan.Variant]) throws {
    var failure: (any Error)?
    for variant in possible.prefix(Self.trials) {
      var values = variant.values
      values[column] = value
      do {
        _ = try plan.recipe(of: SweepPlan.Variant(number: variant.number, values: values))
        return
      } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
  }
}
