import Layers
import Tensors

/// A built-in network, for tables.
public struct NetworkFacts: Sendable {
  /// The name in recipes.
  public let name: String
  /// One line that describes it.
  public let doc: String
  /// A usual input.
  public let input: Shape
  /// The learned values, with 1000 classes for photographs and 10 for series.
  public let parameters: Int
  /// Floating-point operations of a sample's forward pass, two per multiply-add.
  public let operations: Int

  /// All built-in networks.
  /// - Throws: `Failure` if one does not take its usual input.
  public static func all() throws -> [NetworkFacts] {
    try Registry.builtIn.networks.map { type in
      var recipe = Recipe()
      recipe.model.layers = type.init().layers
      let layers = try recipe.makeLayers(input: type.usualInput, classes: type.usualInput.isImage ? 1000 : 10).layers
      return NetworkFacts(
        name: type.name, doc: type.info.doc, input: type.usualInput,
        parameters: layers.flatMap(\.parameters).reduce(0) { $0 + $1.count },
        operations: layers.reduce(0) { $0 + $1.operations })
    }
  }
}
