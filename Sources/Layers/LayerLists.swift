import Tensors

extension [any Layer] {
  /// These layers and all layers within them, parents first, with the prefix of their parameters' names, for example
  /// `2.body.0`.
  package var nested: [(place: String, layer: any Layer)] { nested(under: "") }

  private func nested(under prefix: String) -> [(place: String, layer: any Layer)] {
    enumerated().flatMap { index, layer in
      let place = "\(prefix)\(index)"
      return [(place, layer)]
        + layer.parts.flatMap { $0.layers.nested(under: Self.prefix(ofPart: $0.name, at: place)) }
    }
  }

  /// What stands before the numbers of a part's layers, for a layer at `place`.
  package static func prefix(ofPart name: String, at place: String) -> String {
    place + (name.isEmpty ? "." : ".\(name).")
  }

  /// All layers' parameters, buffers or counters, first layer first, renamed as in PyTorch's `nn.Sequential`: `0.weight`, ...
  func named<Value: Named>(_ values: (any Layer) -> [Value], under prefix: String = "") -> [Value] {
    enumerated().flatMap { index, layer in
      values(layer).map { value in
        value.name = "\(prefix)\(index).\(value.name)"
        return value
      }
    }
  }

  /// These layers, followed by one that puts a flattened image's values in PyTorch's order if needed.
  func inChannelOrder(input: Shape) -> [any Layer] {
    self + [ChannelOrder(input: last?.outputShape ?? input)].compactMap(\.self)
  }

  /// Floating-point operations of one sample's forward pass.
  var operations: Int { reduce(0) { $0 + $1.operations } }

  /// Floating-point operations of one sample's backward pass, with or without the gradient of the first layer's input.
  func backwardOperations(wantsInputGradient: Bool) -> Int {
    enumerated().reduce(0) { sum, item in
      sum + item.element.backwardOperations(wantsInputGradient: wantsInputGradient || item.offset > 0)
    }
  }
}
