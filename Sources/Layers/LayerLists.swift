import Tensors

extension [any Layer] {
  /// These layers and all layers within them, parents first.
  package var nested: [any Layer] { LayerPart(self).nested(in: "").map(\.layer) }

  /// These layers, followed by one that puts a flattened image's values in PyTorch's order if needed.
  func inChannelOrder(input: Shape) -> [any Layer] {
    self + [ChannelOrder(input: last?.outputShape ?? input)].compactMap(\.self)
  }

  /// Whether the last one is linear: in a plan of any precision that can give floats, and take their gradient.
  var endInLinear: Bool { last is Linear || (last as? Sequential)?.parts[0].layers.endInLinear == true }

  /// Floating-point operations of one sample's forward pass.
  var operations: Int { reduce(0) { $0 + $1.operations } }

  /// Floating-point operations of one sample's backward pass, with or without the gradient of the first layer's input.
  func backwardOperations(wantsInputGradient: Bool) -> Int {
    enumerated().reduce(0) { sum, item in
      sum + item.element.backwardOperations(wantsInputGradient: wantsInputGradient || item.offset > 0)
    }
  }
}
