import Diagnostics

/// Normalizations that a graph has as several nodes.
extension NetworkReader {
  /// The layer that divides a value by a root or a power of its squares' sums, or multiplies it by the inverse root; nil for other
  /// quotients and products.
  func normalization(_ node: ONNXNode, _ flows: [Flow]) -> (ImportedLayer, Flow)? {
    guard flows.count == 2, ["Div", "Mul"].contains(node.type) else { return nil }
    let pairs = node.type == "Div" ? [(flows[0], flows[1])] : [(flows[0], flows[1]), (flows[1], flows[0])]
    for (x, level) in pairs where x.step.form.order == nil && x.padding == nil {
      if node.type == "Div", let layer = localResponse(x.step, level.step) { return (layer, x) }
      guard let (mean, epsilon) = root(level.step, isInverse: node.type == "Mul") else { continue }
      switch mean.kind {
      case .partial(.featureMean, _) where isSquare(mean.inputs[0], of: x.step) && x.directions == 1:
        var layer = ImportedLayer("rms-norm")
        if epsilon != .ulpOfOne { layer.settings.append(("epsilon", .number(epsilon))) }
        let features = x.step.form.features
        layer.tensors = [.init(name: "weight", shape: [features], values: Array(repeating: 1, count: features))]
        layer.name = moduleName(node, tensors: [])
        return (layer, x)
      case .partial(.groupMean, _):
        guard case .partial(.centred, _) = x.step.kind, isSquare(mean.inputs[0].inputs[0], of: x.step) else { continue }
        let isInstance = x.directions == x.step.form.features
        return (
          groupNorm(node, isInstance ? nil : x.directions, epsilon),
          Flow(step: x.step.inputs[0], axes: x.axes, directions: x.directions)
        )
      default: continue
      }
    }
    return nil
  }

  /// A layer without weights; without groups each channel is one.
  private func groupNorm(_ node: ONNXNode, _ groups: Int?, _ epsilon: Float) -> ImportedLayer {
    var layer = ImportedLayer(groups == nil ? "instance-norm" : "group-norm")
    if let groups { layer.settings = [("groups", .int(groups)), ("affine", .flag(false))] }
    if epsilon != 1e-5 { layer.settings.append(("epsilon", .number(epsilon))) }
    layer.name = moduleName(node, tensors: [])
    return layer
  }

  /// What is within √(mean + ε), or within its inverse; nil for other functions.
  private func root(_ step: Step, isInverse: Bool) -> (mean: Step, epsilon: Float)? {
    var step = step
    if isInverse {
      guard case .partial(.inverseRoot, _) = step.kind else { return nil }
      step = step.inputs[0]
    }
    guard case .partial(.root, _) = step.kind, case .partial(.plus(let epsilon), _) = step.inputs[0].kind,
      epsilon > 0, epsilon.isFinite
    else { return nil }
    return (step.inputs[0].inputs[0], epsilon)
  }

  private func isSquare(_ step: Step, of x: Step) -> Bool {
    switch step.kind {
    case .partial(.square, _), .partial(.power(2), _): step.inputs[0] === x
    default: false
    }
  }

  /// Whether a difference is a value in groups less the groups' means.
  func isCentred(_ node: ONNXNode, _ flows: [Flow]) -> Bool {
    guard node.type == "Sub", case .partial(.groupMean, _) = flows[1].step.kind else { return false }
    return flows[1].step.inputs[0].inputs[0] === flows[0].step && flows[0].axes.contains(.direction)
  }

  /// The part of a pattern that a reduction is; nil for others.
  func partialReduction(_ node: ONNXNode, _ flow: Flow, _ axes: [Int], keepsAxes: Bool) -> Step.Partial? {
    guard keepsAxes else { return nil }
    if node.type == "ReduceMean", axes.count == 1, flow.directions == 1, isSquare(flow.step) {
      let axis = axes[0] < 0 ? axes[0] &+ flow.axes.count : axes[0]
      return flow.axes.indices.contains(axis) && flow.axes[axis] == .feature ? .featureMean : nil
    }
    return node.type == "ReduceSum" && axes == [1, 3] && flow.axes == [.batch, .step, .direction, .feature]
      ? .groupSum : nil
  }

  private func isSquare(_ step: Step) -> Bool { !step.inputs.isEmpty && isSquare(step, of: step.inputs[0]) }

  // MARK: Groups

  /// Reads a `Reshape` that divides the features into groups, or joins them again. Returns whether it is one.
  func readGroups(_ node: ONNXNode, _ flow: Flow, _ target: [Dimension]) throws -> Bool {
    let form = flow.step.form
    func known(_ index: Int) -> Int? { if case .known(let size) = target[index] { size } else { nil } }
    // [batch, steps, groups, channels of a group], and back.
    if target.count == 4, known(0) == 0, known(1) == 0, let groups = known(2), let width = known(3), groups > 0,
      width > 0, flow.axes == [.batch, .step, .feature], flow.directions == 1, flow.padding == nil,
      groups.multipliedReportingOverflow(by: width) == (form.features, false)
    {
      give(node, .flow(Flow(step: flow.step, axes: [.batch, .step, .direction, .feature], directions: groups)))
      return true
    }
    if target.count == 3, known(0) == 0, known(1) == 0, known(2) == form.features,
      flow.axes == [.batch, .step, .direction, .feature]
    {
      give(node, .flow(Flow(step: flow.step, axes: [.batch, .step, .feature])))
      return true
    }
    // As PyTorch writes it: [batch, groups, all else], normalized as the instances of channels, and back.
    let whole = [.batch, .feature] + form.spatialAxes
    if target.count == 3, known(0) == 0, let groups = known(1), known(2) == -1, groups > 0,
      form.features.isMultiple(of: groups), flow.axes == whole, flow.directions == 1, flow.padding == nil,
      form.order == nil,
      nodes[(node.index + 1)...].prefix(4).contains(where: {
        $0.type == "InstanceNormalization" && $0.input(0) == node.output(0)
      })
    {
      let grouped = Flow(step: flow.step, axes: [.batch, .direction, .one])
      addPartial(.grouped(groups), node, to: grouped, node.failure("it divides the features into groups"))
      return true
    }
    guard case .partial(.groupNormal(let groups, let epsilon), _) = flow.step.kind, target.count == whole.count else {
      return false
    }
    let sizes: [Int?] = [nil, form.features] + form.spatialSizes
    let fits = zip(target, sizes).allSatisfy { wanted, size in
      if case .known(let wanted) = wanted, wanted > 0, let size { wanted == size } else { true }
    }
    guard fits else { return false }
    let input = flow.step.inputs[0].inputs[0]
    try add(groupNorm(node, groups, epsilon), node, to: Flow(step: input, axes: whole))
    return true
  }

  /// `InstanceNormalization` of groups.
  func readGrouped(_ node: ONNXNode, _ flow: Flow, _ groups: Int, _ failure: Failure) throws {
    let epsilon = node.float("epsilon", 1e-5)
    guard let weight = try constant(node, 1), let bias = try constant(node, 2), weight.count == groups,
      weight.floats.allSatisfy({ $0 == 1 }), bias.isZero, epsilon > 0, epsilon.isFinite
    else { throw failure }
    addPartial(.groupNormal(groups, epsilon: epsilon), node, to: flow, failure)
  }

  // MARK: Windows of channels

  /// Reads a product of squares with a band of equal numbers. Returns whether it is one.
  func readWindowSums(_ node: ONNXNode) throws -> Bool {
    guard case .flow(let flow)? = try datum(node, 0), isSquare(flow.step), flow.axes.last == .feature,
      case .constant(let matrix)? = try datum(node, 1), let (size, alpha) = band(matrix), flow.directions == 1,
      matrix.shape[0] == flow.step.form.features
    else { return false }
    addPartial(
      .windowSum(size: size, alpha: alpha), node, to: flow,
      node.failure("it is only known as a part of a normalization"))
    return true
  }

  /// The windows of `local-response-norm` whose matrix this is: column c has alpha / size from c − ⌊size / 2⌋ to
  /// c + ⌊(size − 1) / 2⌋.
  private func band(_ matrix: ConstantTensor) -> (size: Int, alpha: Float)? {
    guard matrix.shape.count == 2, matrix.shape[0] == matrix.shape[1], matrix.count > 0 else { return nil }
    let (count, values) = (matrix.shape[0], matrix.floats)
    guard let behind = (0..<count).last(where: { values[$0 * count] != 0 }),
      let first = (0..<count).first(where: { values[$0 * count + count - 1] != 0 })
    else { return nil }
    let (before, share) = (count - 1 - first, values[behind * count])
    guard share > 0, share.isFinite, (0...1).contains(before - behind),
      values.indices.allSatisfy({ place in
        let (row, column) = (place / count, place % count)
        return values[place] == (row >= column - before && row <= column + behind ? share : 0)
      })
    else { return nil }
    let size = before + behind + 1
    // Of the numbers with this share the shortest.
    let near = share * Float(size)
    let alphas = [near, near.nextUp, near.nextDown, near.nextUp.nextUp, near.nextDown.nextDown]
      .filter { $0 / Float(size) == share }
    return alphas.min { "\($0)".count < "\($1)".count }.map { (size, $0) }
  }

  /// x over (k + sums of squares) to a power.
  private func localResponse(_ x: Step, _ level: Step) -> ImportedLayer? {
    guard case .partial(.power(let beta), _) = level.kind, case .partial(.plus(let k), _) = level.inputs[0].kind,
      case .partial(.windowSum(let size, let alpha), _) = level.inputs[0].inputs[0].kind,
      isSquare(level.inputs[0].inputs[0].inputs[0], of: x), k > 0, k.isFinite, beta.isFinite
    else { return nil }
    var layer = ImportedLayer("local-response-norm", [("size", .int(size))])
    if alpha != 1e-4 { layer.settings.append(("alpha", .number(alpha))) }
    if beta != 0.75 { layer.settings.append(("beta", .number(beta))) }
    if k != 1 { layer.settings.append(("k", .number(k))) }
    return layer
  }
}
