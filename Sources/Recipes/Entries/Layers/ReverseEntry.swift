import Layers

/// The steps in reverse order.
public struct ReverseEntry: LayerEntry {
  /// The name in recipes; there are no keys.
  public static let form = RecipeForm<Self>("reverse", "the steps of each sequence in reverse order")

  /// There is nothing to set.
  public init() {}

  /// Makes the layer; its input must be a sequence.
  public func makeLayer(_ site: LayerSite) -> any Layer { Reverse(input: site.input) }

  /// Checks that the input is a sequence.
  public func checkInput(_ site: LayerSite) throws { try site.requireSequence() }
}
