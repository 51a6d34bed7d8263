import Recipes
import Recording

/// How far a sweep is: its plan and the results so far. It does not depend on the order in which results arrive.
package struct SweepState {
  /// What became of a variant so far.
  package enum Outcome: Equatable {
    /// All its epochs are done.
    case finished
    /// It ended early, in the worse half of a rung.
    case halved
    /// It is trained, or will be.
    case open
    /// Its training failed.
    case failed
  }

  /// A variant among the others.
  package struct Entry {
    /// The variant.
    package let variant: SweepPlan.Variant
    /// What became of it.
    package let outcome: Outcome
    /// The rung that it is in, or ended in.
    package let rung: Int
    /// The newest result; nil if there is none.
    package let result: SweepResult?

    /// Its place among the others.
    let standing: Halving.Standing
  }

  /// The plan.
  package let plan: SweepPlan
  /// The result of each variant's rungs.
  private var results: [Int: [Int: SweepResult]] = [:]
  /// Whether greater values of the metric are better, and the metric; nil as long as there is no result.
  package private(set) var metric: (name: String, isGreatestBest: Bool)?

  /// The state before the first result.
  package init(_ plan: SweepPlan) {
    self.plan = plan
  }

  /// Adds results.
  package mutating func take(_ new: [SweepResult]) {
    for result in new { results[result.number, default: [:]][result.rung] = result }
    metric = metric ?? new.first { $0.failure == nil }.map { ($0.metric, $0.isGreatestBest) }
  }

  /// The number of the rung that has not ended, the variants in it, and those of them without a result; nil if all have ended.
  package var rung: (number: Int, variants: [Int], open: [Int])? {
    var variants = plan.variants.map(\.number)
    for rung in 0...plan.halvings {
      let open = variants.filter { results[$0]?[rung] == nil }
      guard open.isEmpty else { return (rung, variants, open) }
      variants = survivors(of: variants, after: rung)
    }
    return nil
  }

  /// Whether all has ended.
  package var isComplete: Bool { rung == nil }

  /// All variants, the best first: by the rung that they reached, then by the metric; then those without a value, by number.
  package var entries: [Entry] {
    var entries: [Entry] = []
    var variants = plan.variants.map(\.number)
    for rung in 0...plan.halvings {
      let next = rung < plan.halvings && variants.allSatisfy { results[$0]?[rung] != nil }
      let staying = next ? Set(survivors(of: variants, after: rung)) : []
      for number in variants where !staying.contains(number) { entries.append(entry(number, rung: rung, halves: next)) }
      guard next else { break }
      variants = variants.filter(staying.contains)
    }
    let greatest = metric?.isGreatestBest ?? false
    return entries.sorted { a, b in
      let (first, second) = (a.standing, b.standing)
      if (first.value == nil) != (second.value == nil) { return first.value != nil }
      if first.value != nil, a.reached != b.reached { return a.reached > b.reached }
      if a.outcome != b.outcome, first.value == nil { return a.outcome == .open }
      return first.isBefore(second, greatest: greatest)
    }
  }

  /// The best variant that has all its epochs and a value of the metric; nil if none has.
  package var winner: Entry? { entries.first { $0.outcome == .finished && $0.standing.value != nil } }

  /// Says that the metric has no value for any variant, so that none is the best; nil if that is not so.
  package var undefinedMetric: String? {
    guard isComplete, let metric, winner == nil, entries.contains(where: { $0.outcome == .finished }) else {
      return nil
    }
    return
      "\(metric.name) is not defined for the samples that variants are compared on, so none is the best. Give them samples of "
      + "every class, or monitor another metric, such as monitor.metric=loss."
  }

  /// A variant's result of a rung; nil if there is none yet.
  package func result(of number: Int, rung: Int) -> SweepResult? { results[number]?[rung] }

  private func entry(_ number: Int, rung: Int, halves: Bool) -> Entry {
    let newest = results[number]?.max { $0.key < $1.key }?.value
    let isDone = results[number]?[rung] != nil
    let outcome: Outcome =
      newest?.failure != nil ? .failed : !isDone ? .open : halves ? .halved : rung == plan.halvings ? .finished : .open
    return Entry(
      variant: plan.variants[number - 1], outcome: outcome, rung: rung, result: newest,
      standing: standing(number, newest))
  }

  /// The place of a variant with a result. If the loss varies, it does not decide between equal values.
  private func standing(_ number: Int, _ result: SweepResult?) -> Halving.Standing {
    let loss = result?.loss ?? .infinity
    return Halving.Standing(
      number: number, value: result?.value, loss: plan.variesLoss && loss.isFinite ? 0 : loss)
  }

  private func survivors(of variants: [Int], after rung: Int) -> [Int] {
    let standings = variants.map { standing($0, results[$0]?[rung]) }
    return Halving.survivors(
      standings, greatest: metric?.isGreatestBest ?? false, after: rung, variants: plan.variants.count)
  }
}

extension SweepState.Entry {
  /// The rung of the newest result.
  fileprivate var reached: Int { result?.rung ?? -1 }
}
