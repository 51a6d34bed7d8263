/// Successive halving: all variants are trained for a part of their epochs, the first rung; the better half for twice as many;
/// and so on, until the variants of the last rung have had all epochs.
///
/// Jamieson & Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization" (AISTATS 2016).
package enum Halving {
  /// The number of halvings: as many as leave a variant, and an epoch for the first rung.
  package static func count(variants: Int, epochs: Int) -> Int {
    func log2(_ value: Int) -> Int { value < 1 ? 0 : Int.bitWidth - 1 - value.leadingZeroBitCount }
    return min(log2(variants), log2(epochs))
  }

  /// The number of variants of a rung, from 0, of `variants` in the first.
  package static func count(variants: Int, rung: Int) -> Int { (variants + (1 << rung) - 1) >> rung }

  /// The epoch after which a rung ends: a part of all `epochs`, rounded up to the next evaluation, at most all.
  /// - Parameters:
  ///   - rung: the rung's number, from 0.
  ///   - halvings: the number of the last rung.
  ///   - every: the epochs between evaluations.
  package static func epoch(rung: Int, of halvings: Int, epochs: Int, every: Int) -> Int {
    guard rung < halvings else { return epochs }
    let divisor = 1 << (halvings - rung)
    let part = max(1, (epochs + divisor - 1) / divisor)
    let step = max(1, every)
    return min(epochs, (part + step - 1) / step * step)
  }

  /// A variant's place among others.
  package struct Standing: Equatable, Sendable {
    /// The variant's number.
    package let number: Int
    /// Its value of the metric; nil if it failed or the value is no number.
    package let value: Double?
    /// Its loss, which decides between equal values; infinite if it failed.
    package let loss: Double

    /// A variant's place.
    package init(number: Int, value: Double?, loss: Double = .infinity) {
      self.number = number
      self.value = value.flatMap { $0.isNaN ? nil : $0 }
      self.loss = loss.isNaN ? .infinity : loss
    }

    /// Whether it comes before another: by value, then by loss, then by number.
    package func isBefore(_ other: Standing, greatest: Bool) -> Bool {
      guard value == other.value else {
        guard let own = value, let theirs = other.value else { return value != nil }
        return greatest ? own > theirs : own < theirs
      }
      return loss == other.loss ? number < other.number : loss < other.loss
    }
  }

  /// The numbers of the variants that go on after a rung, ascending: the better ones. A variant that failed never does; one
  /// whose metric is not defined comes after those with a value, by its loss.
  /// - Parameters:
  ///   - standings: those of all variants of the rung, in any order.
  ///   - greatest: whether a greater value is better.
  ///   - rung: the rung that has ended, from 0.
  ///   - variants: the number of variants of the sweep.
  package static func survivors(
    _ standings: [Standing], greatest: Bool, after rung: Int, variants: Int
  ) -> [Int] {
    standings.filter { $0.value != nil || $0.loss < .infinity }.sorted { $0.isBefore($1, greatest: greatest) }
      .prefix(count(variants: variants, rung: rung + 1)).map(\.number).sorted()
  }
}
