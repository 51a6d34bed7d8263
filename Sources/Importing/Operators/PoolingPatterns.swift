import Diagnostics

/// Poolings that a graph has as products.
extension NetworkReader {
  /// Reads the product of a sequence with weights of its steps, the softmax of scores of them, as dp-train writes attention-pool.
  /// Returns whether it is one.
  func readAttention(_ node: ONNXNode) throws -> Bool {
    guard case .flow(let x)? = try datum(node, 0), case .flow(let weights)? = try datum(node, 1),
      case .partial(.stepWeights, _) = weights.step.kind, x.axes == [.batch, .feature, .step],
      weights.axes == [.batch, .step, .feature], x.directions == 1, x.padding == nil,
      let scores = weights.step.inputs.first,
      let last = scores.layer, last.kind == "linear", last[tensor: "bias"] == nil, let vector = last[tensor: "weight"]
    else { return false }
    var layer = ImportedLayer("attention-pool")
    let below = scores.inputs[0]
    if below === x.step {
      layer.tensors = [.init(name: "attention.0.weight", shape: vector.shape, values: vector.values)]
    } else {
      guard below.layer?.kind == "tanh", let hidden = below.inputs[0].layer, hidden.kind == "linear",
        below.inputs[0].inputs[0] === x.step, let weight = hidden[tensor: "weight"], let bias = hidden[tensor: "bias"]
      else { return false }
      layer.settings = [("hiddenSize", .int(weight.shape[0]))]
      layer.tensors = [
        .init(name: "attention.0.weight", shape: weight.shape, values: weight.values),
        .init(name: "attention.0.bias", shape: bias.shape, values: bias.values),
        .init(name: "attention.2.weight", shape: vector.shape, values: vector.values),
      ]
    }
    let own = last.name?.split(separator: ".attention.", omittingEmptySubsequences: false).dropLast()
      .joined(separator: ".attention.")
    layer.name = own.flatMap { !$0.isEmpty && take($0) ? $0 : nil } ?? moduleName(node, tensors: [])
    try add(layer, node, to: x, form: .vector(x.step.form.features), axes: [.batch, .feature, .one])
    return true
  }

  /// Reads the product of an image with the matrix of windows along one axis, as dp-train writes adaptive-average-pool. Returns
  /// whether it is one.
  func readWindows(_ node: ONNXNode) throws -> Bool {
    let all: [Axis] = [.batch, .feature, .height, .width]
    switch (try datum(node, 0), try datum(node, 1)) {
    case (.flow(let flow)?, .constant(let matrix)?):
      guard flow.axes == all, let width = flow.step.form.width, matrix.shape.count == 2,
        let count = windows(matrix.transposed([1, 0]), over: width)
      else { return false }
      addPartial(.across(count), node, to: flow, node.failure("it is only known as a part of adaptive-average-pool"))
    case (.constant(let matrix)?, .flow(let flow)?):
      guard case .partial(.across(let width), _) = flow.step.kind, flow.axes == all,
        let size = flow.step.form.height, let height = windows(matrix, over: size)
      else { return false }
      try add(
        ImportedLayer("adaptive-average-pool", [("size", .extent([height, width]))]), node,
        to: Flow(step: flow.step.inputs[0], axes: all, padding: flow.padding),
        form: flow.step.form.with(sizes: [height, width]))
    default: return false
    }
    return true
  }

  /// The number of windows, the rows of a matrix, if each has the mean of the pixels from ⌊i · size / count⌋ to before
  /// ⌈(i + 1) · size / count⌉; nil for other matrices.
  private func windows(_ matrix: ConstantTensor, over size: Int) -> Int? {
    guard matrix.shape.count == 2, matrix.shape[1] == size, matrix.count > 0 else { return nil }
    let (count, values) = (matrix.shape[0], matrix.floats)
    let fits = (0..<count).allSatisfy { window in
      let (first, end) = (window * size / count, ((window + 1) * size + count - 1) / count)
      return (0..<size).allSatisfy { place in
        values[window * size + place] == ((first..<end).contains(place) ? 1 / Float(end - first) : 0)
      }
    }
    return fits ? count : nil
  }
}
