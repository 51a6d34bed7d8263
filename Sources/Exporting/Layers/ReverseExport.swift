import Layers

extension Reverse: ExportableLayer {
  /// `ReverseSequence` over the steps that are there; without lengths `Slice` from the last step to the first.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    let input = graph.arrange(input, .featuresLast)
    guard let lengths = graph.lengths else {
      let bounds = [-1, .min, 1, -1].map { graph.constant([$0]) }
      return input.with(name: graph.node("Slice", [input.name] + bounds))
    }
    return input.with(
      name: graph.node("ReverseSequence", [input.name, lengths], [.int("batch_axis", 0), .int("time_axis", 1)]))
  }

  /// A module that reverses the steps.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    source.use(.reverse)
    return "Reverse()"
  }
}
