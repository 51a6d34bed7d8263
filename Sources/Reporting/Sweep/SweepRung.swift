import Diagnostics
import Recipes

/// What a sweep's variants had reached at the end of a rung. All these had the same share of their epochs, so their values can be
/// compared; those of different rungs cannot.
struct SweepRung {
  /// How far the variants were, such as `after 2 epochs`.
  let name: String
  /// The variants that have a value, and their values.
  let values: [(variant: SweepPlan.Variant, value: Double)]

  /// The rungs that have values, the one with all variants first. A sweep that does not halve has one.
  static func all(of state: SweepState) -> [SweepRung] {
    (0...state.plan.halvings).compactMap { rung in
      let valued = state.plan.variants.compactMap { variant in
        state.result(of: variant.number, rung: rung).flatMap { result in
          result.value.flatMap { $0.isFinite ? (variant: variant, value: $0, epochs: result.epochs) : nil }
        }
      }
      guard let first = valued.first else { return nil }
      let isAlike = valued.allSatisfy { $0.epochs == first.epochs }
      return SweepRung(
        name: isAlike ? "after \(counted(first.epochs, "epoch"))" : "rung \(rung + 1)",
        values: valued.map { ($0.variant, $0.value) })
    }
  }
}
