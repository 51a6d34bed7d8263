import Datasets
import Recipes

/// How a network that was trained on standardized samples standardizes raw ones itself.
package enum InputStandardization {
  /// Each channel of each sample by its own mean and deviation.
  case sample
  /// Each channel by these means and deviations.
  case channel(ChannelScales)

  /// That of a run; nil if there is none.
  /// - Throws: `Failure` (data) if the facts lack its numbers.
  init?(_ recipe: Recipe, facts: DataFacts) throws {
    switch recipe.data.standardize {
    case .none: return nil
    case .sample: self = .sample
    case .channel: self = .channel(try ChannelScales(facts))
    }
  }

  /// The numbers of `channel`.
  var scales: ChannelScales? {
    if case .channel(let scales) = self { return scales }
    return nil
  }
}
