import Datasets
import Diagnostics
import Images
import Layers
import Tensors

/// A kind of layer, data source or transform that a program defines itself and its recipes may name.
///
/// The properties are what a recipe can set; each has a default, and `keys` declares it.
public protocol RecipeEntry: Equatable, Sendable {
  /// The name in recipes: small letters and hyphens.
  static var name: String { get }
  /// One line on what it is.
  static var doc: String { get }
  /// The keys, in the order in which they are written.
  static var keys: [RecipeKey<Self>] { get }

  /// The key whose value may stand in place of the mapping of all keys, `name: value`; nil for none.
  static var shortKey: String? { get }

  /// Every property at its default; those of required keys at whatever.
  init()

  /// Checks that properties which are each valid go together.
  /// - Throws: `Failure` (configuration); the entry's place in the recipe is put before its message.
  func check() throws
}

extension RecipeEntry {
  /// None.
  public static var keys: [RecipeKey<Self>] { [] }
  /// None.
  public static var shortKey: String? { nil }
  /// Everything goes together.
  public func check() throws {}
}

/// A layer of one's own in recipes.
public protocol LayerEntry: RecipeEntry {
  /// The layer for inputs of a shape.
  /// - Throws: `Failure` (configuration) where it does not fit; the layer's place and input are put before its message.
  func makeLayer(input: Shape) throws -> any Layer
}

/// A data source of one's own in recipes.
public protocol DataEntry: RecipeEntry {
  /// Whether every epoch takes the samples in an order of its own.
  var shuffle: Bool { get }

  /// The samples; the recipe tells the seed.
  /// - Throws: `Failure` (noInput, data) naming the file and what is wrong with it.
  func makeSplits(for recipe: Recipe) throws -> DataSplits

  /// What reads new inputs for a model that was trained on samples with these facts.
  /// - Throws: `Failure` where there is no such reader.
  func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader
}

extension DataEntry {
  /// They do.
  public var shuffle: Bool { true }

  /// No reader.
  /// - Throws: `Failure` (unavailable), always.
  public func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader {
    throw Failure(
      .unavailable, "the data source \(Self.name) does not say how new inputs are read",
      advice: "give its DataEntry a makeReader")
  }
}

/// A transform of images of one's own in recipes.
public protocol TransformEntry: RecipeEntry {
  /// The transform.
  func makeTransform() -> any Transform
}
