import Layers
import Tensors

/// A recurrent cell that ONNX has.
struct ONNXCell {
  /// The node's type.
  let type: String
  /// For each of ONNX's gates, the index of PyTorch's gate.
  let gates: [Int]
  /// Attributes that are the same for each direction.
  var attributes: [ONNXAttribute] = []
  /// The function of each direction; nil for the default.
  var function: String?
}

extension RecurrentLayer {
  /// 2 if the layer is bidirectional, else 1.
  var directions: Int { options.isBidirectional ? 2 : 1 }

  /// The parameters of a level, by direction.
  func parameters(ofLevel level: Int) -> [[Parameter]] {
    let count = parameters.count / (options.layers * directions)
    return (0..<directions).map { direction in
      Array(parameters[((level * directions + direction) * count)...].prefix(count))
    }
  }

  /// Adds a node per level, for a cell that ONNX has. Input and output are [steps, batch, features].
  func addLevels(of cell: ONNXCell, to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    var states = graph.arrange(input, .stepsFirst)
    var last = ""
    for level in 0..<options.layers {
      let isShown = level < options.layers - 1 || options.output == .all
      let all = isShown ? graph.fresh("states") : ""
      last = graph.fresh("last")
      graph.add(
        cell.type, [states.name] + (try weights(ofLevel: level, cell, graph)) + [graph.lengths32 ?? ""],
        outputs: [all, last],
        cell.attributes + [
          .int("hidden_size", hiddenSize), .string("direction", options.isBidirectional ? "bidirectional" : "forward"),
        ] + (cell.function.map { [.strings("activations", Array(repeating: $0, count: directions))] } ?? []))
      guard isShown else { break }
      states = ONNXValue(
        joined(all, directionAxis: 1, graph),
        shape: .sequence(steps: input.shape.steps, features: directions * hiddenSize), layout: .stepsFirst)
    }
    guard options.output == .all else {
      return ONNXValue(joined(last, directionAxis: 0, graph), shape: outputShape, layout: .featuresLast)
    }
    return states
  }

  /// Joins the directions' features, from [(steps,) directions, batch, features].
  private func joined(_ value: String, directionAxis axis: Int, _ graph: ONNXGraph) -> String {
    guard directions > 1 else { return graph.node("Squeeze", [value, graph.constant([axis])]) }
    let order = axis == 0 ? [1, 0, 2] : [0, 2, 1, 3]
    let sideBySide = graph.node("Transpose", [value], [.ints("perm", order)])
    return graph.node("Reshape", [sideBySide, graph.constant(Array(repeating: 0, count: axis + 1) + [-1])])
  }

  /// ONNX's weights of a level: W [directions, gates · hiddenSize, inputs], R [directions, gates · hiddenSize,
  /// hiddenSize] and B [directions, 2 · gates · hiddenSize].
  private func weights(ofLevel level: Int, _ cell: ONNXCell, _ graph: ONNXGraph) throws -> [String] {
    let tensors = parameters(ofLevel: level)
    func stacked(_ index: Int) throws -> [[Float]] {
      try tensors.map { tensors in
        let values = try graph.values(of: tensors[index])
        let block = values.count / cell.gates.count
        return cell.gates.flatMap { values[$0 * block..<($0 + 1) * block] }
      }
    }
    let rows = cell.gates.count * hiddenSize
    func name(_ index: Int) -> String { tensors[0][index].name + ".onnx" }
    let weights = [
      graph.constant(
        name(0), shape: [directions, rows, tensors[0][0].shape[1]], try stacked(0).flatMap(\.self)),
      graph.constant(name(1), shape: [directions, rows, hiddenSize], try stacked(1).flatMap(\.self)),
    ]
    guard hasBias else { return weights + [""] }
    let biases = zip(try stacked(2), try stacked(3)).flatMap { $0 + $1 }
    return weights + [graph.constant(name(2), shape: [directions, 2 * rows], biases)]
  }

  /// Whether the cells have biases: only these are vectors.
  private var hasBias: Bool { parameters.contains { $0.shape.count == 1 } }

  /// The expression for a recurrent class of the file, with this layer's sizes and options.
  func pyTorchExpression(_ type: String, _ settings: [String] = [], in source: PyTorchSource) -> String {
    let type = source.recurrent(type)
    return
      "\(type)(\((["\(inputShape.features)", "\(hiddenSize)"] + settings + pyTorchOptions).joined(separator: ", ")))"
  }

  /// Named arguments for options that differ from PyTorch's defaults.
  var pyTorchOptions: [String] {
    var arguments: [String] = []
    if options.layers > 1 { arguments.append("num_layers=\(options.layers)") }
    if !hasBias { arguments.append("bias=False") }
    if options.isBidirectional { arguments.append("bidirectional=True") }
    if options.dropout > 0 { arguments.append("dropout=\(options.dropout)") }
    arguments.append("output=\"\(options.output)\"")
    return arguments
  }
}
