import Layers

/// An initialization of weights in recipes.
public protocol InitializationEntry: RecipeEntry {
  /// The initialization for layers.
  var initialization: Initialization { get }
}

extension EntryKind where Entry == any InitializationEntry {
  /// The kind of all initializations.
  static var initialization: EntryKind { EntryKind("initialization", { $0.initializations.map { $0 } }, { $0 }) }
}

extension ValueType where Value == any InitializationEntry {
  /// An initialization, by its name.
  public static var initialization: ValueType { entry(.initialization, by: "name") }
}

extension RecipeKey {
  /// The key `initialization` of a layer with weights.
  public static func initialization(
    _ property: any WritableKeyPath<Settings, (any InitializationEntry)?> & Sendable
  ) -> RecipeKey {
    RecipeKey(
      "initialization", property, .optional(.initialization),
      "how weights (not biases) are drawn, or none for model.initialization")
  }
}
