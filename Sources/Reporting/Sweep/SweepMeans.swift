import Recipes
import Recording

/// The means of a sweep's variants that differ in chance alone: in the seed, or in the fold that they are measured on. The best of
/// these is the luckiest, so settings are compared by their means.
package struct SweepMeans {
  /// The keys that are chance. To choose one of their values is to choose by luck.
  private static let chanceKeys: Set = ["seed", "data.fold", "data.splitSeed"]

  /// The variants of one setting.
  private struct Setting {
    /// The values of the keys that are not chance, and `KEY=VALUE` of all these.
    let values, overrides: [String]
    /// How many variants there are, and how many have a value.
    let count, valued: Int
    let moments: Moments
  }

  private let state: SweepState
  private let keys: [String]
  private let chance: [String]
  private let settings: [Setting]

  /// The means of the variants with all their epochs; nil if no key is chance, or halving chooses by it.
  package init?(_ state: SweepState) {
    let plan = state.plan
    chance = plan.keys.filter(SweepMeans.chanceKeys.contains)
    guard !chance.isEmpty, plan.halvings == 0 else { return nil }
    self.state = state
    let places = plan.keys.indices.filter { !SweepMeans.chanceKeys.contains(plan.keys[$0]) }
    keys = places.map { plan.keys[$0] }
    let groups = Dictionary(grouping: state.entries) { entry in places.map { entry.variant.values[$0] } }
    let greatest = state.metric?.isGreatestBest ?? false
    settings = groups.compactMap { values, entries -> Setting? in
      let measured = entries.map { $0.outcome == .finished ? $0.result?.value : nil }
      guard let moments = Moments(measured) else { return nil }
      let overrides = plan.overrides(of: entries[0].variant).filter { override in
        !SweepMeans.chanceKeys.contains(String(override.prefix { $0 != "=" }))
      }
      return Setting(
        values: values, overrides: overrides, count: entries.count, valued: measured.compactMap(\.self).count,
        moments: moments)
    }
    .sorted { a, b in
      let (first, second) = (a.moments.mean, b.moments.mean)
      guard first == second else { return greatest ? first > second : first < second }
      return a.values.lexicographicallyPrecedes(b.values)
    }
    guard settings.contains(where: { $0.count > 1 }) else { return nil }
  }

  /// What the means are over, for a title.
  package var title: String { "means over \(chance.joined(separator: ", "))" }

  /// The headings, and a row for each setting, the best first.
  package var rows: [[String]] {
    let metric = state.metric?.name ?? "loss"
    return [SweepTable.shortNames(keys) + ["variants", "mean \(metric)", "deviation"]]
      + settings.map { setting in
        let count = setting.valued == setting.count ? "\(setting.count)" : "\(setting.valued) of \(setting.count)"
        return setting.values + [
          count, Format.metric(named: metric, setting.moments.mean),
          setting.valued > 1 ? Format.metric(named: metric, setting.moments.deviation) : "",
        ]
      }
  }

  /// The columns of `rows` that are right-aligned.
  package var right: Set<Int> { Set(keys.count..<keys.count + 3) }

  /// The command that trains the setting with the best mean; nil if all variants have the same one.
  package var command: String? {
    guard settings.count > 1 else { return nil }
    return (["dp-train train", state.plan.source] + settings[0].overrides).joined(separator: " ")
  }
}
