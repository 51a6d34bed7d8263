import Diagnostics

/// How a recurrent operator is a recurrent layer.
private struct Cell {
  /// The layer.
  let kind: String
  /// For each of ONNX's gates, the index of PyTorch's gate.
  let gates: [Int]
  /// The functions of ONNX's default, in lower case.
  let functions: [String]

  init?(_ type: String) {
    switch type {
    case "LSTM": (kind, gates, functions) = ("lstm", [0, 3, 1, 2], ["sigmoid", "tanh", "tanh"])
    case "GRU": (kind, gates, functions) = ("gru", [1, 0, 2], ["sigmoid", "tanh"])
    case "RNN": (kind, gates, functions) = ("rnn", [0], ["tanh"])
    default: return nil
    }
  }
}

extension NetworkReader {
  /// `LSTM`, `GRU` or `RNN`, as a layer that gives all steps or the last, whichever is used.
  func readRecurrent(_ node: ONNXNode) throws {
    guard let cell = Cell(node.type) else { return }
    let flow = try withoutPadding(try flow(node), before: node)
    let isBatchFirst = node.int("layout", 0) == 1
    guard flow.axes == (isBatchFirst ? [.batch, .step, .feature] : [.step, .batch, .feature]), flow.directions == 1
    else {
      throw node.failure(
        "its input has the axes \(flow.axes.map(\.rawValue).joined(separator: ", "))", advice: "it must be a sequence")
    }
    var layer = ImportedLayer(cell.kind)
    let directions = try directions(node)
    let hidden = try hiddenSize(node, cell, directions, features: flow.step.form.features, &layer)
    if cell.kind == "rnn", try isReLU(node, cell, directions) {
      layer.settings.append(("nonlinearity", .word("relu")))
    } else if cell.kind != "rnn" {
      _ = try isReLU(node, cell, directions)
    }
    if layer[tensor: "bias_ih_l0"] == nil { layer.settings.append(("bias", .flag(false))) }
    if directions == 2 { layer.settings.append(("bidirectional", .flag(true))) }
    let level = node.input(1).map(origin).flatMap(ModuleName.level(ofTensor:)) ?? 0
    let form = Form.sequence(flow.step.form.steps, directions * hidden)
    let isAllUsed = node.output(0).map { uses[$0, default: 0] > 0 } ?? false
    let isLastUsed = node.output(1).map { uses[$0, default: 0] > 0 } ?? false
    guard !(node.output(2).map { uses[$0, default: 0] > 0 } ?? false) else {
      throw node.failure("its last cell state is used", advice: "layers give states, not cells")
    }
    if !joinsLevel(level, layer, below: flow.step, node) { layer.name = moduleName(node, tensors: [1, 2, 3]) }
    if isAllUsed {
      let step = addRecurrent(node, flow.step, layer, output: "all", form)
      let axes: [Axis] = isBatchFirst ? [.batch, .step, .direction, .feature] : [.step, .direction, .batch, .feature]
      give(node, .flow(Flow(step: step, axes: axes, directions: directions)))
    }
    if isLastUsed {
      let step = addRecurrent(node, flow.step, layer, output: "last", .vector(directions * hidden))
      let axes: [Axis] = isBatchFirst ? [.batch, .direction, .feature] : [.direction, .batch, .feature]
      give(node, .flow(Flow(step: step, axes: axes, directions: directions)), output: 1)
    }
  }

  /// The layer of a node; levels above the first become part of the layer below.
  private func addRecurrent(
    _ node: ONNXNode, _ input: Step, _ layer: ImportedLayer, output: String, _ form: Form
  ) -> Step {
    guard layer.name == nil, var below = input.layer else {
      var layer = layer
      layer.settings.insert(("output", .word(output)), at: 1)
      return addStep(node, [input], .layer(layer), form)
    }
    let levels = levelCount(below)
    below[key: "output"] = .word(output)
    below[key: "layers"] = .int(levels + 1)
    below.tensors += layer.tensors.map { tensor in
      .init(name: tensor.name.replacing("_l0", with: "_l\(levels)"), shape: tensor.shape, values: tensor.values)
    }
    return addStep(node, input.inputs, .layer(below), form)
  }

  private func levelCount(_ layer: ImportedLayer) -> Int {
    if case .int(let levels)? = layer[key: "layers"] { levels } else { 1 }
  }

  /// Whether a node is the next level of the layer below, which has the same module's name and settings.
  private func joinsLevel(_ level: Int, _ layer: ImportedLayer, below: Step, _ node: ONNXNode) -> Bool {
    guard level > 0, let other = below.layer, other.kind == layer.kind, levelCount(other) == level,
      let name = other.name,
      node.input(1).map(origin).flatMap(ModuleName.ofTensor) == name, case .word("all")? = other[key: "output"]
    else { return false }
    func text(_ layer: ImportedLayer) -> [String] {
      layer.settings.filter { !["output", "layers"].contains($0.key) }.map { "\($0.key): \($0.value.text)" }
    }
    // What lies between, such as a transposition, has no other users either.
    let users = nodes.filter { other in
      other.inputs.contains { name in
        if case .flow(let flow)? = data[name] { flow.step === below } else { false }
      } && other.index > (below.node?.index ?? 0)
    }
    let isOnly = users.allSatisfy { ["Squeeze", "Transpose", "Reshape", "Shape", node.type].contains($0.type) }
    return text(layer) == text(other) && isOnly
  }

  private func directions(_ node: ONNXNode) throws -> Int {
    switch node.string("direction", "forward") {
    case "forward": return 1
    case "bidirectional": return 2
    default:
      throw node.failure(
        "it runs \(shown(node.string("direction")))",
        advice: "layers run forward, or both ways; reverse turns sequences")
    }
  }

  /// Whether the function is ReLU instead of the default.
  private func isReLU(_ node: ONNXNode, _ cell: Cell, _ directions: Int) throws -> Bool {
    let functions = node.strings("activations")?.map { $0.lowercased() }
    let standard = Array(repeating: cell.functions, count: directions).flatMap(\.self)
    if functions == nil || functions == standard { return false }
    if cell.kind == "rnn", functions?.allSatisfy({ $0 == "relu" }) == true { return true }
    throw node.failure(
      "its functions are \(shown((functions ?? []).joined(separator: ", ")))", advice: "layers have PyTorch's")
  }

  /// Takes the weights. Returns the length of the state.
  private func hiddenSize(
    _ node: ONNXNode, _ cell: Cell, _ directions: Int, features: Int, _ layer: inout ImportedLayer
  ) throws -> Int {
    guard let inputs = try constant(node, 1), let states = try constant(node, 2) else {
      throw node.failure("it has no weights")
    }
    let gates = cell.gates.count
    guard inputs.shape.count == 3, states.shape.count == 3, states.shape[2] > 0, states.count > 0 else {
      throw node.failure("its weights have the shapes \(inputs.shape) and \(states.shape)")
    }
    let hidden = states.shape[2]
    guard let rows = checkedProduct([gates, hidden]), inputs.shape == [directions, rows, features],
      states.shape == [directions, rows, hidden]
    else {
      throw node.failure(
        "its weights of the shapes \(inputs.shape) and \(states.shape) do not fit its input of \(features) features")
    }
    let bias = try constant(node, 3)
    if let bias, bias.shape != [directions, 2 * rows] { throw node.failure("its bias has the shape \(bias.shape)") }
    for (index, name) in [(5, "first state"), (6, "first cell state"), (7, "peephole weights")]
    where index < node.inputs.count {
      switch try datum(node, index) {
      case nil, .fill(0)?: break
      case .constant(let tensor)? where tensor.isZero: break
      default: throw node.failure("its \(name) is not zero", advice: "layers start with zeros")
      }
    }
    if case .flow? = try datum(node, 4) { throw node.failure("the lengths are computed of the samples") }
    guard node.int("linear_before_reset", 0) == 1 || cell.kind != "gru" else {
      throw node.failure(
        "its reset gate comes before the product",
        advice: "layers have PyTorch's GRU; Keras has it with reset_after=True")
    }
    guard !node.has("clip"), node.int("input_forget", 0) == 0 else {
      throw node.failure("it clips, or couples its gates", advice: "layers have PyTorch's cells")
    }
    layer.settings.append(("hiddenSize", .int(hidden)))
    /// PyTorch's block g of each matrix or vector is the one of ONNX's gate that is PyTorch's gate g.
    func ordered(_ values: ArraySlice<Float>) -> [Float] {
      let block = values.count / gates
      return (0..<gates).flatMap { gate -> ArraySlice<Float> in
        let place = values.startIndex + (cell.gates.firstIndex(of: gate) ?? 0) * block
        return values[place..<place + block]
      }
    }
    let (inputValues, stateValues, biasValues) = (inputs.floats, states.floats, bias?.floats)
    for direction in 0..<directions {
      let ending = direction == 0 ? "_l0" : "_l0_reverse"
      func part(_ values: [Float], _ size: Int, _ place: Int) -> [Float] {
        ordered(values[place * size..<(place + 1) * size])
      }
      layer.tensors += [
        .init(
          name: "weight_ih" + ending, shape: [rows, features], values: part(inputValues, rows * features, direction)),
        .init(name: "weight_hh" + ending, shape: [rows, hidden], values: part(stateValues, rows * hidden, direction)),
      ]
      guard let biasValues else { continue }
      layer.tensors += [
        .init(name: "bias_ih" + ending, shape: [rows], values: part(biasValues, rows, 2 * direction)),
        .init(name: "bias_hh" + ending, shape: [rows], values: part(biasValues, rows, 2 * direction + 1)),
      ]
    }
    return hidden
  }

  // MARK: Steps of sequences

  /// `ReverseSequence`, and `Slice` from the last step to the first.
  func readReverse(_ node: ONNXNode) throws {
    let flow = try flow(node)
    if node.type == "ReverseSequence" {
      let (batch, time) = (node.int("batch_axis", 1), node.int("time_axis", 0))
      guard flow.axes.indices.contains(time), flow.axes.indices.contains(batch), flow.axes[time] == .step,
        flow.axes[batch] == .batch
      else { throw node.failure("it does not reverse the steps") }
      return try add(ImportedLayer("reverse"), node, to: flow)
    }
    let axes = try ints(node, "axes", orInput: 3) ?? []
    let (starts, ends) = (try ints(node, "starts", orInput: 1) ?? [], try ints(node, "ends", orInput: 2) ?? [])
    let steps = opset >= 10 ? try constant(node, 4)?.ints ?? [1] : [1]
    guard axes.count == 1, starts.count == 1, ends.count == 1, steps.count == 1 else {
      throw node.failure("it cuts parts out of its input", advice: "there is no layer for this")
    }
    let axis = axes[0] < 0 ? axes[0] &+ flow.axes.count : axes[0]
    guard flow.axes.indices.contains(axis) else { throw node.failure("it has no axis \(axes[0])") }
    if steps == [1], starts == [0], ends[0] >= flow.size(flow.axes[axis], batch: batch) ?? .max {
      return give(node, .flow(flow))
    }
    guard flow.axes[axis] == .step, steps == [-1], starts == [-1], ends[0] < -1 << 31 else {
      throw node.failure(
        "it cuts parts out of its input", advice: "there is no layer for this; reverse turns sequences")
    }
    try add(ImportedLayer("reverse"), node, to: flow)
  }

  /// `Gather`: an embedding's vectors, or the last step of a recurrent layer.
  func readGather(_ node: ONNXNode) throws {
    if case .constant(let table)? = try datum(node, 0) { return try readEmbedding(node, table) }
    let flow = try flow(node)
    let given = node.int("axis", 0)
    let axis = given < 0 ? given &+ flow.axes.count : given
    guard flow.axes.indices.contains(axis), let index = try constant(node, 1), index.count == 1, index.shape.isEmpty
    else {
      throw node.failure("it takes parts of its input", advice: "there is no layer for this")
    }
    var rest = flow
    rest.axes.remove(at: axis)
    let place = index.ints[0]
    let meaning = flow.axes[axis]
    let isOnlyOne = meaning == .one || meaning == .direction && flow.directions == 1
    if isOnlyOne, place == 0 || place == -1 { return give(node, .flow(rest)) }
    guard meaning == .step, var layer = flow.step.layer, case .word("all")? = layer[key: "output"],
      place == -1 || flow.step.form.steps.map({ place == $0 - 1 }) == true, layer[key: "bidirectional"] == nil
    else {
      throw node.failure(
        "it takes one of the steps, but not the last of a recurrent layer in one direction",
        advice: "recurrent layers give the last state, in both directions: output: last")
    }
    layer[key: "output"] = .word("last")
    let step = addStep(flow.step.node, flow.step.inputs, .layer(layer), .vector(flow.step.form.features))
    give(node, .flow(Flow(step: step, axes: rest.axes, directions: rest.directions)))
  }

  private func readEmbedding(_ node: ONNXNode, _ table: ConstantTensor) throws {
    let flow = try flow(node, 1)
    guard node.int("axis", 0) == 0, table.shape.count == 2, table.count > 0, flow.step.form.features == 1,
      !flow.axes.contains(.feature), flow.axes.first == .batch
    else {
      throw node.failure("it is no embedding of one index, or of one for each step")
    }
    var layer = ImportedLayer("embedding", [("count", .int(table.shape[0])), ("dimension", .int(table.shape[1]))])
    layer.tensors = [.init(name: "weight", shape: table.shape, values: table.floats)]
    layer.name = moduleName(node, tensors: [0])
    try add(
      layer, node, to: flow, form: flow.step.form.with(features: table.shape[1]), axes: flow.axes + [.feature])
  }
}
