import Diagnostics

extension NetworkReader {
  /// `Gemm` as a linear layer of a vector.
  func readGemm(_ node: ONNXNode) throws {
    let flow = try flow(node)
    guard let weight = try constant(node, 1), weight.shape.count == 2, weight.count > 0 else {
      throw node.failure("its weights are not a matrix")
    }
    guard node.int("transA", 0) == 0, flow.axes.filter({ $0 != .one }) == [.batch, .feature] else {
      throw node.failure("its input is not a vector", advice: "flatten comes before it")
    }
    let alpha = node.float("alpha", 1)
    var matrix = node.int("transB", 0) != 0 ? weight : weight.transposed([1, 0])
    if alpha != 1 { matrix = ConstantTensor(shape: matrix.shape, floats: matrix.floats.map { $0 * alpha }) }
    var layer = try linear(node, flow, matrix)
    layer.name = moduleName(node, tensors: [1, 2])
    if let bias = try constant(node, 2) {
      let beta = node.float("beta", 1)
      guard bias.count == matrix.shape[0] || bias.count == 1 else {
        throw node.failure("its bias has \(counted(bias.count, "value")) for \(counted(matrix.shape[0], "output"))")
      }
      let values = bias.count == 1 ? Array(repeating: bias.floats[0], count: matrix.shape[0]) : bias.floats
      layer.tensors.append(
        .init(name: "bias", shape: [matrix.shape[0]], values: beta == 1 ? values : values.map { $0 * beta }))
      layer[key: "bias"] = nil
    }
    try add(layer, node, to: flow, form: .vector(matrix.shape[0]), axes: [.batch, .feature])
  }

  /// `MatMul` with a constant as a linear layer over the last axis; an `Add` behind it gives it a bias.
  func readMatMul(_ node: ONNXNode) throws {
    if try readAttention(node) || readWindows(node) || readWindowSums(node) { return }
    guard case .flow(let flow)? = try datum(node, 0), case .constant(let weight)? = try datum(node, 1) else {
      throw node.failure(
        "it multiplies values of the network with each other, or weights from the left",
        advice: "attention is no layer; linear layers are MatMul(x, weights)")
    }
    guard weight.shape.count == 2, weight.count > 0, flow.axes.last == .feature, flow.directions == 1 else {
      throw node.failure("its weights of the shape \(weight.shape) are not for the features of its input")
    }
    var layer = try linear(node, flow, weight.transposed([1, 0]))
    layer.name = moduleName(node, tensors: [1])
    try add(layer, node, to: flow, form: flow.step.form.with(features: weight.shape[1]), axes: flow.axes)
  }

  private func linear(_ node: ONNXNode, _ flow: Flow, _ matrix: ConstantTensor) throws -> ImportedLayer {
    let form = flow.step.form
    guard matrix.shape[1] == form.features else {
      throw node.failure("its weights are for \(matrix.shape[1]) features, but its input has \(form.features)")
    }
    var values = matrix.floats
    if let order = form.order { values = try columns(of: values, rows: matrix.shape[0], in: order, node) }
    var layer = ImportedLayer("linear", [("outputs", .int(matrix.shape[0])), ("bias", .flag(false))])
    layer.tensors = [.init(name: "weight", shape: matrix.shape, values: values)]
    return layer
  }

  /// A matrix whose columns are in the order in which dp-train's files have a flattened image's or sequence's.
  private func columns(of values: [Float], rows: Int, in order: Form.Order, _ node: ONNXNode) throws -> [Float] {
    let wanted: [Axis] = order.axes.contains(.height) ? [.feature, .height, .width] : [.step, .feature]
    let places = wanted.compactMap { order.axes.firstIndex(of: $0) }
    guard places.count == order.axes.count else { throw node.failure("the axes of its flattened input are not known") }
    return ConstantTensor(shape: [rows] + order.sizes, floats: values).transposed([0] + places.map { $0 + 1 }).floats
  }
}
