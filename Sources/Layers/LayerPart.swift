import Tensors

/// Layers one after the other, of which a model or a layer is made, and the names of their parameters.
///
/// The list names its layers, as PyTorch's modules name their children. A layer with a name of its own is the child of that name,
/// whatever the list is called: `conv1`. One without is a number under the list's name, as in `nn.Sequential`: `body.0`.
public struct LayerPart {
  /// The list's name, for example `body`; empty if numbers alone name its layers.
  public let name: String
  /// The layers, first to last.
  public let layers: [any Layer]
  /// Each layer's own name, words with dots between them; nil for the layers that have none. An empty one gives the layers within
  /// the names that they would have in its place.
  public let ownNames: [String?]

  /// A list of layers. Those that `ownNames` does not reach have none.
  public init(_ layers: [any Layer], name: String = "", ownNames: [String?] = []) {
    self.name = name
    self.layers = layers
    self.ownNames = layers.indices.map { $0 < ownNames.count ? ownNames[$0] : nil }
  }

  /// The name of the layer at `index` within the module that has this list, for example `body.0`.
  ///
  /// If another layer calls itself by the number of one without parameters, that one is named by its kind too: the ReLU behind a
  /// first block `0` is `relu1` if the block behind it is `1`.
  public func name(of index: Int) -> String {
    if let own = ownNames[index] { return own }
    let number = name.isEmpty ? "\(index)" : "\(name).\(index)"
    guard ownNames.contains(number), layers[index].parameters.isEmpty else { return number }
    return (name.isEmpty ? "" : "\(name).") + "\(layers[index].kind)\(index)"
  }

  /// The place of the layer at `index` in a model, if that of the module with this list is `outer`; empty for the model's own
  /// list. Parameters' names begin with it.
  public func place(of index: Int, in outer: String) -> String { joined(outer, name(of: index)) }

  /// Two parts of a name with a dot between them, unless one is empty.
  private func joined(_ outer: String, _ inner: String) -> String {
    outer.isEmpty || inner.isEmpty ? outer + inner : "\(outer).\(inner)"
  }

  /// The shape of what the layers give for inputs of a shape.
  func outputShape(for input: Shape) -> Shape { layers.last?.outputShape ?? input }

  /// Whether the layers give sequences for sequences.
  package var keepsSteps: Bool { layers.last?.outputShape.isSequence ?? true }

  /// Whether some of these layers, or of the layers within them, have names of their own.
  package var hasNames: Bool {
    ownNames.contains { $0 != nil } || layers.contains { $0.parts.contains(where: \.hasNames) }
  }

  /// These layers and all layers within them, parents first, with their places.
  package func nested(in outer: String) -> [(place: String, layer: any Layer)] {
    layers.enumerated().flatMap { index, layer in
      let place = place(of: index, in: outer)
      return [(place, layer)] + layer.parts.flatMap { $0.nested(in: place) }
    }
  }

  /// All layers' parameters, buffers or counters, first layer first, under the names that they have in the module with this list.
  func named<Value: Named>(_ values: (any Layer) -> [Value]) -> [Value] {
    layers.enumerated().flatMap { index, layer in
      values(layer).map { value in
        value.name = joined(name(of: index), value.name)
        return value
      }
    }
  }
}
