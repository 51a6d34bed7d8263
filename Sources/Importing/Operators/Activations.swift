import Diagnostics

extension NetworkReader {
  /// Functions of each value, and softmax.
  func readActivation(_ node: ONNXNode) throws {
    let flow = try flow(node)
    func near(_ value: Float, _ wanted: Float) -> Bool { abs(value - wanted) <= 1e-5 }
    switch node.type {
    case "Relu": try add(ImportedLayer("relu"), node, to: flow)
    case "Tanh": try add(ImportedLayer("tanh"), node, to: flow)
    case "Sigmoid": try add(ImportedLayer("sigmoid"), node, to: flow)
    case "HardSwish": try add(ImportedLayer("hardswish"), node, to: flow)
    case "Mish": try add(ImportedLayer("mish"), node, to: flow)
    case "Softplus": try add(ImportedLayer("softplus"), node, to: flow)
    case "LeakyRelu":
      try add(number("leaky-relu", "negativeSlope", node.float("alpha", 0.01), standard: 0.01, node), node, to: flow)
    case "Elu": try add(number("elu", "alpha", node.float("alpha", 1), standard: 1, node), node, to: flow)
    case "Selu":
      guard near(node.float("alpha", 1.6732632), 1.6732632), near(node.float("gamma", 1.0507010), 1.0507010) else {
        throw node.failure("its alpha and gamma are not those of selu")
      }
      try add(ImportedLayer("selu"), node, to: flow)
    case "HardSigmoid":
      guard near(node.float("alpha", 0.2), 1.0 / 6), near(node.float("beta", 0.5), 0.5) else {
        throw node.failure(
          "it is max(0, min(1, \(node.float("alpha", 0.2)) x + \(node.float("beta", 0.5))))",
          advice: "hardsigmoid has 1/6 and 0.5, as in PyTorch")
      }
      try add(ImportedLayer("hardsigmoid"), node, to: flow)
    case "Gelu":
      let isExact = node.string("approximate", "none") != "tanh"
      try add(ImportedLayer("gelu", isExact ? [] : [("approximate", .word("tanh"))]), node, to: flow)
    case "Clip": try readClip(node, flow)
    case "PRelu": try readPReLU(node, flow)
    case "Softmax", "LogSoftmax": try readSoftmax(node, flow)
    case "Erf": addPartial(.erf, node, to: flow, node.failure("it is only known as a part of gelu"))
    case "Pow", "Sqrt", "Exp", "Log", "Abs", "Neg", "Reciprocal", "Greater":
      addPartial(
        try partial(node, flow), node, to: flow,
        node.failure(
          "there is no such layer",
          advice: "of a normalization in many nodes, opset 17 and later have one: LayerNormalization"))
    default:
      throw node.failure("there is no layer for this operator", advice: "docs/importing.md lists those that there are")
    }
  }

  /// The function as part of a pattern.
  private func partial(_ node: ONNXNode, _ flow: Flow) throws -> Step.Partial {
    switch node.type {
    case "Sqrt": return .root
    case "Reciprocal":
      if case .partial(.root, _) = flow.step.kind { return .inverseRoot }
    case "Pow", "Greater":
      if case .constant(let tensor)? = try datum(node, 1), let number = tensor.scalar {
        return node.type == "Pow" ? .power(number) : .above(number)
      }
    default: break
    }
    return .other
  }

  /// Softplus with a threshold: where x or βx is above it, x itself; nil if a `Where` is something else.
  func softplus(_ node: ONNXNode) throws -> (ImportedLayer, Flow)? {
    guard case .flow(let test)? = try datum(node, 0), case .partial(.above(let threshold), _) = test.step.kind,
      case .flow(let x)? = try datum(node, 1), case .flow(let result)? = try datum(node, 2),
      var layer = result.step.layer, layer.kind == "softplus", result.step.inputs[0] === x.step,
      x.axes == result.axes, threshold.isFinite
    else { return nil }
    switch (test.step.inputs[0].kind, layer[key: "beta"]) {
    case (.partial(.times(let factor), _), .number(let beta)?):
      guard factor == beta, test.step.inputs[0].inputs[0] === x.step else { return nil }
    case (_, nil): guard test.step.inputs[0] === x.step else { return nil }
    default: return nil
    }
    layer.settings.append(("threshold", .number(threshold)))
    return (layer, x)
  }

  private func number(
    _ kind: String, _ key: String, _ value: Float, standard: Float, _ node: ONNXNode
  ) throws -> ImportedLayer {
    guard value.isFinite else { throw node.failure("its \(key) is \(value.text)") }
    return ImportedLayer(kind, value == standard ? [] : [(key, .number(value))])
  }

  private func readClip(_ node: ONNXNode, _ flow: Flow) throws {
    let least = node.has("min") ? node.float("min", 0) : try constant(node, 1)?.scalar ?? -.greatestFiniteMagnitude
    let most = node.has("max") ? node.float("max", 0) : try constant(node, 2)?.scalar ?? .greatestFiniteMagnitude
    switch (least, most) {
    case (0, 6): try add(ImportedLayer("relu6"), node, to: flow)
    case (0, 1e30...): try add(ImportedLayer("relu"), node, to: flow)
    default: throw node.failure("it clips to \(least) and \(most)", advice: "relu6 is from 0 to 6, relu from 0")
    }
  }

  private func readPReLU(_ node: ONNXNode, _ flow: Flow) throws {
    guard let slopes = try constant(node, 1), slopes.count > 0 else { throw node.failure("it has no slopes") }
    let features = flow.step.form.features
    guard slopes.count == 1 || isPerFeature(slopes, flow) else {
      throw node.failure("its slopes of the shape \(slopes.shape) are not one for each of \(features) features")
    }
    guard flow.step.form.order == nil || slopes.count == 1 else {
      throw node.failure("its input was flattened with the channels last", advice: "put it before flatten")
    }
    var layer = ImportedLayer("prelu")
    if slopes.count > 1 { layer.settings.append(("parameters", .word("channels"))) }
    layer.tensors = [.init(name: "weight", shape: [slopes.count], values: slopes.floats)]
    layer.name = moduleName(node, tensors: [1])
    try add(layer, node, to: flow)
  }

  /// Whether a constant has a number for each feature when it is broadcast to a flow.
  func isPerFeature(_ constant: ConstantTensor, _ flow: Flow) -> Bool {
    guard flow.directions == 1, constant.count == flow.step.form.features, constant.shape.count <= flow.axes.count
    else {
      return false
    }
    return zip(constant.shape.reversed(), flow.axes.reversed()).allSatisfy { size, axis in size == 1 || axis == .feature
    }
  }

  private func readSoftmax(_ node: ONNXNode, _ flow: Flow) throws {
    let given = node.int("axis", opset < 13 ? 1 : -1)
    let axis = given < 0 ? given &+ flow.axes.count : given
    if opset >= 13, node.type == "Softmax", flow.axes.indices.contains(axis), flow.axes[axis] == .step,
      flow.step.form.features == 1
    {
      return addPartial(
        .stepWeights, node, to: flow, node.failure("it is over the steps, but not the weights of attention-pool"))
    }
    guard flow.axes.indices.contains(axis), flow.axes[axis] == .feature, flow.directions == 1,
      // Before opset 13 it is over all axes from this one on.
      opset >= 13 || flow.axes[(axis + 1)...].allSatisfy({ flow.size($0, batch: nil) == 1 })
    else {
      throw node.failure("it is not over the features", advice: "softmax and log-softmax are over the features alone")
    }
    try add(ImportedLayer(node.type == "Softmax" ? "softmax" : "log-softmax"), node, to: flow)
  }
}
