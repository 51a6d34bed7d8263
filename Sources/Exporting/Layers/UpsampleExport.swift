import Layers

extension Upsample: ExportableLayer {
  /// `Resize`; sequences as images of one line, since programs take those.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    let input = graph.arrange(input, .featuresFirst)
    let isSequence = outputShape.isSequence
    let scales = [1, 1, isSequence ? 1 : scale.height, isSequence ? scale.height : scale.width].map { Float($0) }
    let image = isSequence ? graph.node("Unsqueeze", [input.name, graph.constant([2])]) : input.name
    let place = mode == .nearest ? "asymmetric" : alignCorners ? "align_corners" : "half_pixel"
    var attributes: [ONNXAttribute] = [
      .string("mode", mode == .nearest ? "nearest" : "linear"), .string("coordinate_transformation_mode", place),
    ]
    if mode == .nearest { attributes.append(.string("nearest_mode", "floor")) }
    let factors = graph.constant(graph.fresh("scales"), shape: [4], scales)
    let resized = graph.node("Resize", [image, "", factors], attributes)
    let result = isSequence ? graph.node("Squeeze", [resized, graph.constant([2])]) : resized
    return ONNXValue(result, shape: outputShape, layout: .featuresFirst)
  }

  /// `nn.Upsample`; for sequences with the steps before the features.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    let isSequence = outputShape.isSequence
    var arguments = "scale_factor=\(scale.python(isSequence ? 1 : 2)), mode=\"\(mode.rawValue)\""
    if alignCorners { arguments += ", align_corners=True" }
    return (isSequence ? source.overSteps("Upsample") : "nn.Upsample") + "(\(arguments))"
  }
}
