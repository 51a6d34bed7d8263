import Diagnostics

/// What recipes may name besides what comes along: a program's own layers, data sources and transforms.
///
/// It is given to `Recipe.load`; nothing is registered for good.
public struct RecipeExtensions: Sendable {
  /// Own layers.
  public var layers: [any LayerEntry.Type]
  /// Own data sources.
  public var dataSources: [any DataEntry.Type]
  /// Own transforms of images.
  public var transforms: [any TransformEntry.Type]

  /// Lists what recipes may name.
  public init(
    layers: [any LayerEntry.Type] = [], dataSources: [any DataEntry.Type] = [],
    transforms: [any TransformEntry.Type] = []
  ) {
    self.layers = layers
    self.dataSources = dataSources
    self.transforms = transforms
  }

  /// Those of the recipe that is being read on this thread.
  @TaskLocal static var current = RecipeExtensions()

  /// What `body` gives while recipes may name these.
  /// - Throws: `Failure` (software) where two of a kind have one name.
  func apply<T>(_ body: () throws -> T) throws -> T {
    try RecipeExtensions.$current.withValue(self) {
      try check(LayerSettings.self)
      try check(DataSettings.self)
      try check(TransformSettings.self)
      return try body()
    }
  }

  private func check<V: Variant>(_ type: V.Type) throws {
    var names: Set<String> = []
    guard let double = V.variants.first(where: { !names.insert($0.name).inserted }) else { return }
    throw Failure(
      .software, "there are two of the \(V.noun) \"\(double.name)\"", advice: "give the program's own another name")
  }
}
