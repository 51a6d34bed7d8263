import Layers

/// Makes one vector of all values of a sample.
public struct FlattenEntry: LayerEntry {
  /// The name in recipes; there are no keys.
  public static let form = RecipeForm<Self>("flatten", "all values as one vector")

  /// There is nothing to set.
  public init() {}

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { Flatten(input: site.input) }
}
