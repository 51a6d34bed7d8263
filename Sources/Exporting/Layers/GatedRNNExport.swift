import Layers
import ProtocolBuffers
import Tensors

/// ONNX has no such cell. A `Scan` runs over the steps; everything that does not depend on the state is computed before
/// it.
extension GatedRNN: ExportableLayer {
  /// For each level and direction, the products of the inputs and a `Scan`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    var states = graph.arrange(input, .stepsFirst)
    var last: [String] = []
    for level in 0..<options.layers {
      let results = try parameters(ofLevel: level).enumerated().map { direction, parameters in
        try addScan(parameters, isReverse: direction == 1, to: graph, input: states)
      }
      states = ONNXValue(
        joined(results.map(\.all), graph),
        shape: .sequence(steps: input.shape.steps, features: directions * hiddenSize), layout: .stepsFirst)
      last = results.map(\.last)
    }
    guard options.output == .last else { return states }
    return ONNXValue(joined(last, graph), shape: outputShape, layout: .featuresLast)
  }

  /// A module of the file, since PyTorch has no such cell.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    source.use(.gated)
    let arguments = ["\(inputShape.features)", "\(hiddenSize)"] + pyTorchOptions
    return "GatedRNN(\(arguments.joined(separator: ", ")))"
  }

  private func joined(_ sides: [String], _ graph: ONNXGraph) -> String {
    sides.count == 1 ? sides[0] : graph.node("Concat", sides, [.int("axis", -1)])
  }

  /// The states of one direction: after all steps [steps, batch, hiddenSize], and after the last [batch, hiddenSize].
  private func addScan(
    _ parameters: [Parameter], isReverse: Bool, to graph: ONNXGraph, input states: ONNXValue
  ) throws -> (all: String, last: String) {
    let input = states.name
    func product(_ weight: Int, _ bias: Int) throws -> String {
      let product = graph.node("MatMul", [input, try graph.transposed(parameters[weight])])
      return parameters.count > bias ? graph.node("Add", [product, try graph.weight(parameters[bias])]) : product
    }
    let scanned = [try product(0, 3), try product(1, 4)] + [graph.mask(of: states)].compactMap(\.self)
    let batch = graph.node("Shape", [input], [.int("start", 1), .int("end", 2)])
    let extents = graph.node("Concat", [batch, graph.constant([hiddenSize])], [.int("axis", 0)])
    let start = graph.node("ConstantOfShape", [extents])
    let (all, last) = (graph.fresh("states"), graph.fresh("last"))
    let order = isReverse ? 1 : 0
    graph.add(
      "Scan", [start] + scanned, outputs: [last, all],
      [
        .graph("body", try step(parameters, isMasked: scanned.count > 2, graph)),
        .int("num_scan_inputs", scanned.count),
        .ints("scan_input_directions", Array(repeating: order, count: scanned.count)),
        .ints("scan_output_directions", [order]),
      ])
    return (all, last)
  }

  /// One step: c = σ(gate + W_h h), h′ = c ⊙ h + (1 − c) ⊙ candidate. At invalid steps h does not change and the output
  /// is 0.
  private func step(_ parameters: [Parameter], isMasked: Bool, _ graph: ONNXGraph) throws -> ONNXGraphProto {
    let body = ONNXSubgraph(of: graph, named: "step")
    let rows = [ONNXTensorShapeProto.Dimension.batch, .size(hiddenSize)]
    let h = body.input("h", .float, rows)
    let (gate, candidate) = (body.input("gate", .float, rows), body.input("candidate", .float, rows))
    let sum = body.node("Add", [gate, body.node("MatMul", [h, try graph.transposed(parameters[2])])])
    let c = body.node("Sigmoid", [sum])
    let rest = body.node("Sub", [graph.scalar(1), c])
    let new = body.node("Add", [body.node("Mul", [c, h]), body.node("Mul", [rest, candidate])])
    if isMasked {
      let mask = body.input("mask", .bool, [.batch, .size(1)])
      body.output(body.node("Where", [mask, new, h]), rows)
      body.output(body.node("Where", [mask, new, graph.scalar(0)]), rows)
    } else {
      body.output(body.node("Identity", [new]), rows)
      body.output(body.node("Identity", [new]), rows)
    }
    return body.message
  }
}
