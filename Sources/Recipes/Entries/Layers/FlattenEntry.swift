import Layers

/// All values of a sample as one vector.
public struct FlattenEntry: LayerEntry {
  /// Its name in recipes.
  public static let form = RecipeForm<Self>("flatten", "all values as one vector")

  /// The only value.
  public init() {}

  /// The layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { Flatten(input: site.input) }
}
