import Diagnostics
import Layers
import Tensors

/// A layer in recipes.
public protocol LayerEntry: RecipeEntry {
  /// The name that its parameters' names begin with, which a layer with parameters or layers within may have; nil for its
  /// number.
  var name: String? { get }

  /// How the weights are drawn; nil for `model.initialization`, and for layers without weights.
  var initialization: (any InitializationEntry)? { get }

  /// Checks that the layer can take its input.
  /// - Throws: `Failure` (configuration). Its message follows the layer's place, as in "… needs a sequence".
  func checkInput(_ site: LayerSite) throws

  /// Makes the layer for the site's input.
  /// - Throws: `Failure` (configuration) if it does not fit. Its message follows the layer's place and input.
  func makeLayer(_ site: LayerSite) throws -> any Layer
}

extension LayerEntry {
  /// Nil.
  public var name: String? { nil }

  /// Nil.
  public var initialization: (any InitializationEntry)? { nil }

  /// Accepts every input.
  public func checkInput(_ site: LayerSite) throws {}

  /// The lists of layers within this one, each with its key.
  var parts: [(key: String, layers: [any LayerEntry])] {
    Self.form.keys.flatMap { key in key.layers(self).map { (key.name + $0.suffix, $0.layers) } }
      .filter { !$0.1.isEmpty }
  }
}

/// The place of a layer in the model: its input and its surroundings.
public struct LayerSite {
  /// The shape of a sample's input.
  public let input: Shape
  /// The samples of a batch, and the shards that it is cut into.
  public let batch, shards: Int
  /// The number of the data's classes; 0 if there are none.
  public let classes: Int
  /// How convolutions are computed.
  public let convolution: ConvolutionAlgorithm
  /// The layers before it in its list.
  let former: ArraySlice<any LayerEntry>
  /// The layers within it, by their keys.
  var parts: [String: LayerPart] = [:]

  /// The layers within it under a key, made for the same input. The list bears the key's name.
  public func part(_ key: String) -> LayerPart { parts[key] ?? LayerPart([], name: key) }

  /// The same without their names.
  public func layers(_ key: String) -> [any Layer] { part(key).layers }

  /// Checks that the input is images; sequences go to the layer `sequences`.
  /// - Throws: `Failure` (configuration) that says how to get images.
  func requireImages(sequences: String) throws {
    guard !input.isImage else { return }
    throw Failure(
      .configuration, "it needs images, height × width × channels",
      advice: input.isSequence
        ? "grey images have a last axis of one channel, x[..., None]; sequences go to \(sequences)"
        : "linear takes vectors")
  }

  /// Checks that the input is an image or a sequence, whose features are channels.
  /// - Throws: `Failure` (configuration) with the advice.
  func requireChannels(advice: String) throws {
    guard !input.isImage, !input.isSequence else { return }
    throw Failure(
      .configuration, "needs an image or a sequence, but its input is \(input.text)", advice: advice)
  }

  /// Checks that the input is a sequence.
  /// - Throws: `Failure` (configuration) that says how to get one.
  func requireSequence() throws {
    guard !input.isSequence else { return }
    let advice =
      if former.contains(where: { ($0 as? any RecurrentEntry)?.recurrence.options.output == .last }) {
        "let the recurrent layer before it give every step: output: all"
      } else if former.contains(where: { $0 is FlattenEntry }) {
        "leave out flatten before it"
      } else if input.isImage {
        "use conv2d for images; to read rows of pixels as steps, give the data the shape samples × steps × features"
      } else if former.isEmpty {
        "the data has one vector per sample: use linear, or give it the shape samples × steps × features"
      } else {
        "put it before the layers that join the steps"
      }
    throw Failure(
      .configuration, "needs a sequence, steps × features, but its input is \(input.text)", advice: advice)
  }
}

extension EntryKind where Entry == any LayerEntry {
  /// The kind of all layers.
  static var layer: EntryKind { EntryKind("layer", { $0.layers.map { $0 } }, { $0 }) }
}

extension RecipeKey {
  /// The key `name` of a layer with parameters. A container's name may be empty: the layers within then have the names that they
  /// would have in its place.
  public static func moduleName(
    _ property: any WritableKeyPath<Settings, String?> & Sendable, isContainer: Bool = false
  ) -> RecipeKey {
    var key = RecipeKey(
      "name", property, .optional(.moduleName(isContainer: isContainer)),
      "what the names of its parameters begin with, as PyTorch's modules are named"
        + (isContainer ? "; \"\" for nothing; or none for its number" : ", or none for its number"))
    key.writesNone = false
    return key
  }
}

extension ValueType where Value == any LayerEntry {
  /// A layer, by its name.
  public static var layer: ValueType { entry(.layer) }
}

extension [any LayerEntry] {
  /// These layers and all within them, each with its dotted key; `key` is the list's.
  func withNested(key: String) -> [(key: String, layer: any LayerEntry)] {
    enumerated().flatMap { index, layer in
      let own = "\(key).\(index)"
      return [(own, layer)] + layer.parts.flatMap { $0.layers.withNested(key: "\(own).\(layer.kind).\($0.key)") }
    }
  }
}

extension Recipe {
  /// The kinds of all layers, nested ones included.
  package var layerKinds: Set<String> { Set(model.layers.withNested(key: "model.layers").map(\.layer.kind)) }
}
