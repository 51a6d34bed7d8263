import Diagnostics

/// Sums and products of values with each other and with constants.
extension NetworkReader {
  func readArithmetic(_ node: ONNXNode) throws {
    let given = try node.inputs.indices.compactMap { try datum(node, $0) }
    let flows = given.compactMap { if case .flow(let flow) = $0 { flow } else { nil } }
    guard node.type != "Sum" || given.count != 1 else { return give(node, .flow(flows[0])) }
    if flows.count == given.count, flows.count > 1 { return try readJoin(node, flows) }
    guard given.count == 2, let flow = flows.first else { throw node.failure("its inputs are constants in part") }
    let isConstantFirst = { if case .flow = given[0] { false } else { true } }()
    if case .lengths = given[isConstantFirst ? 0 : 1] { return try readMean(node, flow) }
    guard let number = try constant(node, isConstantFirst ? 0 : 1), number.count > 0 else {
      throw node.failure("its inputs do not fit")
    }
    try combine(node, flow, number, isConstantFirst: isConstantFirst)
  }

  /// The sum over the steps that are there over their number.
  private func readMean(_ node: ONNXNode, _ flow: Flow) throws {
    if case .partial(.groupSum, let failure) = flow.step.kind, node.type == "Div" {
      return addPartial(.groupMean, node, to: flow, failure)
    }
    guard case .partial(.stepSum, _) = flow.step.kind, node.type == "Div" else {
      throw node.failure("it needs the samples' lengths", advice: "export the model without lengths")
    }
    let step = addStep(node, flow.step.inputs, .layer(ImportedLayer("global-average-pool")), flow.step.form)
    give(node, .flow(Flow(step: step, axes: [.batch, .feature])))
  }

  // MARK: Joins

  private func readJoin(_ node: ONNXNode, _ flows: [Flow]) throws {
    if let (layer, flow) = normalization(node, flows) { return try add(layer, node, to: flow) }
    guard ["Add", "Sum", "Mul"].contains(node.type) else {
      return addPartial(
        isCentred(node, flows) ? .centred : .other, node, to: flows[0],
        node.failure("there is no layer for the difference or quotient of two values"))
    }
    if node.type == "Mul", let (layer, flow) = gate(flows) { return try add(layer, node, to: flow) }
    if flows[0].step === flows[1].step {
      return addPartial(
        node.type == "Mul" ? .square : .other, node, to: flows[0], node.failure("it joins a value with itself"))
    }
    try join(node, flows, node.type == "Mul" ? .multiply : .add)
  }

  private func join(_ node: ONNXNode, _ flows: [Flow], _ join: Step.Join) throws {
    for flow in flows { _ = try withoutPadding(flow, before: node) }
    let whole = flows.first { !$0.step.form.isOneRow } ?? flows.first { $0.step.form.kind != .vector } ?? flows[0]
    for flow in flows {
      let fits =
        flow.axes.count == whole.axes.count && flow.directions == 1
        && zip(flow.axes, whole.axes).allSatisfy { $0 == $1 || $0 == .one }
        && flow.step.form.features == whole.step.form.features && flow.step.form.order == whole.step.form.order
      let isSame =
        flow.step.form.kind == whole.step.form.kind
        && zip(flow.step.form.spatialSizes, whole.step.form.spatialSizes).allSatisfy {
          $0 == nil || $1 == nil || $0 == $1
        }
      guard fits, isSame || flow.step.form.isOneRow else {
        throw node.failure(
          "its inputs are \(flows.map(\.step.form.text).joined(separator: " and "))",
          advice: "those of branches have the same shape, or are one row of features for the whole sample")
      }
    }
    let step = addStep(node, flows.map(\.step), .join(join), whole.step.form)
    give(node, .flow(Flow(step: step, axes: whole.axes)))
  }

  /// `Concat` of features.
  func readConcat(_ node: ONNXNode) throws {
    let flows = try node.inputs.indices.map { try withoutPadding(try flow(node, $0), before: node) }
    let first = flows[0]
    let given = node.int("axis", 1)
    let axis = given < 0 ? given &+ first.axes.count : given
    if flows.count == 1 { return give(node, .flow(first)) }
    guard first.axes.indices.contains(axis), first.axes[axis] == .feature,
      flows.allSatisfy({ flow in
        flow.axes == first.axes && flow.directions == 1 && flow.step.form.order == nil
          && flow.step.form.kind == first.step.form.kind
          && zip(flow.step.form.spatialSizes, first.step.form.spatialSizes).allSatisfy {
            $0 == nil || $1 == nil || $0 == $1
          }
      })
    else {
      throw node.failure(
        "it does not join the features of values of the same size: "
          + flows.map(\.step.form.text).joined(separator: ", "),
        advice: "branches join features, one path's behind the other's")
    }
    var steps = flows.map(\.step)
    let features = steps.reduce(0) { $0 + $1.form.features }
    guard features <= 1 << 30 else { throw node.failure("it would have \(features) features") }
    // As DenseNet is written in PyTorch, each concatenation begins with all values of the one before.
    for former in self.steps {
      guard case .join(.concat) = former.kind, former.inputs.count < steps.count,
        zip(former.inputs, steps).allSatisfy({ $0 === $1 })
      else { continue }
      steps = [former] + steps.dropFirst(former.inputs.count)
    }
    let step = addStep(node, steps, .join(.concat), first.step.form.with(features: features))
    give(node, .flow(Flow(step: step, axes: first.axes)))
  }

  // MARK: Patterns

  /// The function that x times a function of x is, such as silu; nil if it is none.
  private func gate(_ flows: [Flow]) -> (ImportedLayer, Flow)? {
    guard flows.count == 2, flows[0].axes == flows[1].axes else { return nil }
    for (x, gate) in [(flows[0], flows[1]), (flows[1], flows[0])] {
      if gate.step.inputs.first === x.step {
        switch gate.step.layer?.kind {
        case "sigmoid": return (ImportedLayer("silu"), x)
        case "hardsigmoid": return (ImportedLayer("hardswish"), x)
        default: break
        }
      }
      if gate.step.layer?.kind == "tanh", let softplus = gate.step.inputs.first, softplus.layer?.kind == "softplus",
        softplus.inputs.first === x.step
      {
        return (ImportedLayer("mish"), x)
      }
      if case .partial(.times(let half), _) = x.step.kind, isNear(half, 0.5), let input = x.step.inputs.first,
        isNormalDistribution(gate.step, of: input)
      {
        return (ImportedLayer("gelu"), Flow(step: input, axes: x.axes, padding: x.padding))
      }
    }
    return nil
  }

  /// Whether a step is 1 + erf(x / √2).
  private func isNormalDistribution(_ step: Step, of x: Step) -> Bool {
    guard case .partial(.plus(1), _) = step.kind, let erf = step.inputs.first, case .partial(.erf, _) = erf.kind,
      let scaled = erf.inputs.first, case .partial(.times(let factor), _) = scaled.kind
    else { return false }
    return isNear(factor, Float(0.5).squareRoot()) && scaled.inputs.first === x
  }

  /// Whether a step is min(max(0, x + 3), 6).
  private func isShiftedReLU6(_ step: Step, of x: Step?) -> Step? {
    guard step.layer?.kind == "relu6", let shifted = step.inputs.first, case .partial(.plus(3), _) = shifted.kind,
      let input = shifted.inputs.first, x == nil || x === input
    else { return nil }
    return input
  }

  private func isNear(_ value: Float, _ wanted: Float) -> Bool { abs(value - wanted) <= 1e-5 * wanted }

  /// The function that a step times a factor is; nil if it is none.
  private func scaled(_ step: Step, by factor: Float) -> (ImportedLayer, Step)? {
    if isNear(factor, 1.0 / 6), let input = isShiftedReLU6(step, of: nil) {
      return (ImportedLayer("hardsigmoid"), input)
    }
    if step.layer?.kind == "softplus", step.layer?.settings.isEmpty == true, let input = step.inputs.first,
      case .partial(.times(let beta), _) = input.kind, factor == 1 / beta, beta > 0
    {
      return (ImportedLayer("softplus", [("beta", .number(beta))]), input.inputs[0])
    }
    guard case .join(.multiply) = step.kind else { return nil }
    for (x, other) in [(step.inputs[0], step.inputs[1]), (step.inputs[1], step.inputs[0])] {
      if isNear(factor, 0.5), isNormalDistribution(other, of: x) { return (ImportedLayer("gelu"), x) }
      if isNear(factor, 1.0 / 6), isShiftedReLU6(other, of: x) != nil { return (ImportedLayer("hardswish"), x) }
    }
    return nil
  }

  // MARK: Constants

  /// A value plus, minus, times or over a constant: part of the layer before, or of a pattern.
  private func combine(_ node: ONNXNode, _ flow: Flow, _ number: ConstantTensor, isConstantFirst: Bool) throws {
    let failure = node.failure(
      "there is no layer that adds a constant to such a value, or multiplies by one",
      advice: flow.step.node == nil
        ? "leave the standardization of inputs out of the model; the recipe's data section has it"
        : "constants are part of the layer before if nothing else uses its output")
    if isConstantFirst, node.type == "Div", number.scalar == 1, case .partial(.root, _) = flow.step.kind {
      return addPartial(.inverseRoot, node, to: flow, failure)
    }
    guard !isConstantFirst || ["Add", "Mul"].contains(node.type), !number.isWhole else {
      return addPartial(.other, node, to: flow, failure)
    }
    let isSum = ["Add", "Sub"].contains(node.type)
    let sign: (Float) -> Float = { node.type == "Sub" ? -$0 : node.type == "Div" ? 1 / $0 : $0 }
    if let scalar = number.scalar, sign(scalar) == (isSum ? 0 : 1) { return give(node, .flow(flow)) }
    let place = isConstantFirst ? 1 : 0
    if isIdentity(number, isSum: isSum, name: node.input(1 - place)), flow.step.layer != nil, isPerFeature(number, flow)
    {
      return give(node, .flow(flow))
    }
    let isScale =
      !isSum && nodes[(node.index + 1)...].prefix(4).contains { $0.type == "Softplus" && $0.input(0) == node.output(0) }
    if !flow.isShared, flow.padding == nil, !isScale, number.count == 1 || isPerFeature(number, flow),
      let folded = fold(number.floats.map(sign), isSum: isSum, into: flow.step)
    {
      flow.step.layer = folded
      rename(flow.step, by: node.input(1 - place))
      return give(node, .flow(flow))
    }
    guard let scalar = number.scalar.map(sign) else { return addPartial(.other, node, to: flow, failure) }
    if !isSum, let (layer, input) = scaled(flow.step, by: scalar) {
      return try add(layer, node, to: Flow(step: input, axes: flow.axes, padding: flow.padding))
    }
    addPartial(isSum ? .plus(scalar) : .times(scalar), node, to: flow, failure)
  }

  /// A layer whose outputs have a constant added, or are multiplied by one; nil if it has no weights for this.
  private func fold(_ values: [Float], isSum: Bool, into step: Step) -> ImportedLayer? {
    guard var layer = step.layer, step.form.order == nil else { return nil }
    let isNormalization =
      ["batch-norm", "layer-norm", "group-norm", "instance-norm"].contains(layer.kind)
      || layer.kind == "rms-norm" && !isSum
    let isProduct = ["linear", "conv1d", "conv2d"].contains(layer.kind)
    let isTransposed = ["conv-transpose1d", "conv-transpose2d"].contains(layer.kind)
    guard isNormalization || isProduct || isTransposed && isSum else { return nil }
    let features = step.form.features
    func value(_ feature: Int) -> Float { values[values.count == 1 ? 0 : feature] }
    if isNormalization, layer[tensor: "weight"] == nil {
      for (name, value) in [("weight", 1), ("bias", 0)] as [(String, Float)] {
        layer.tensors.append(.init(name: name, shape: [features], values: Array(repeating: value, count: features)))
      }
      layer[key: "affine"] = layer.kind == "instance-norm" ? .flag(true) : nil
    }
    let bias = layer[tensor: "bias"]
    if isSum {
      let old = bias?.values
      let sums = (0..<features).map { feature in old.map { $0[feature] + value(feature) } ?? value(feature) }
      layer[tensor: "bias"] = .init(name: "bias", shape: [features], values: sums)
      layer[key: "bias"] = nil
      return layer
    }
    guard var weight = layer[tensor: "weight"] else { return nil }
    let width = weight.values.count / features
    for index in weight.values.indices { weight.values[index] *= value(index / width) }
    layer[tensor: "weight"] = weight
    if let bias {
      layer[tensor: "bias"]?.values = (0..<features).map { bias.values[$0] * value($0) }
    }
    return layer
  }

  /// Takes the module's name from a bias if only this has PyTorch's name.
  private func rename(_ step: Step, by tensor: String?) {
    guard let name = tensor.map(origin).flatMap(ModuleName.ofTensor), step.layer?.name != name,
      let weight = step.node?.input(1).map(origin), ModuleName.ofTensor(weight) == nil, take(name)
    else { return }
    step.layer?.name = name
  }
}
