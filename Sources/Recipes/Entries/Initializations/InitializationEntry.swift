import Layers

/// A way to draw weights before training, in recipes.
public protocol InitializationEntry: RecipeEntry {
  /// The way, as layers take it.
  var initialization: Initialization { get }
}

extension EntryKind where Entry == any InitializationEntry {
  /// Ways to draw weights.
  static var initialization: EntryKind { EntryKind("initialization", { $0.initializations.map { $0 } }, { $0 }) }
}

extension ValueType where Value == any InitializationEntry {
  /// A way to draw weights, by its name.
  public static var initialization: ValueType { entry(.initialization, by: "name") }
}

extension RecipeKey {
  /// The key `initialization` of a layer with weights.
  public static func initialization(
    _ property: any WritableKeyPath<Settings, (any InitializationEntry)?> & Sendable
  ) -> RecipeKey {
    RecipeKey(
      "initialization", property, .optional(.initialization),
      "how weights (not biases) are drawn, or none for the model's way")
  }
}
