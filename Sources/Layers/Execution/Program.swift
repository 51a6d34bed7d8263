import Tensors

/// Layers at work one after the other, in the memory of one plan: a model's, or those that another layer is made of.
///
/// Which of them run as one is decided here, once. The program tells observers, lets layers wait for weights that arrive,
/// tells which gradients are written, and keeps each layer's inputs for its backward pass.
public final class Program: Pass {
  private let stages: [Stage]
  /// Whether some parameter may be frozen in a step.
  private let mayFreeze: Bool
  /// Whether the gradient of the inputs is wanted from outside.
  private let wantsInputGradient: Bool
  /// The precision of the inputs.
  private let inputPrecision: Precision
  /// The inputs of each stage in the last forward pass, and the outputs of the last stage.
  private var activations: [TensorView] = []

  /// Plans layers for inputs of a shape and batches of up to `batch` samples. Each must have been made for the shape that the one
  /// before it gives.
  public convenience init(
    _ layers: [any Layer], input: Shape, _ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool
  ) {
    self.init(layers, input: input, &plan, batch: batch, wantsInputGradient: wantsInputGradient, output: nil)
  }

  /// Plans a model's layers, which take the samples' floats and give floats, whatever the plan's precision is.
  convenience init(model layers: [any Layer], input: Shape, _ plan: inout ArenaPlan, batch: Int) {
    let outside = plan.inputPrecision
    plan.inputPrecision = .float32
    defer { plan.inputPrecision = outside }
    self.init(
      layers, input: input, &plan, batch: batch, wantsInputGradient: false, output: nil, givesFloats: true)
  }

  /// Whether the last of some layers can write its outputs to columns of wider rows.
  static func writesColumns(_ layers: [any Layer], keepsOutputs: Bool) -> Bool {
    Fusion.all(of: layers, keepsOutputs: keepsOutputs).last?.writesColumns ?? false
  }

  /// The same; the last layer's outputs go to the columns of `output`, unless it is nil. If it `givesFloats`, they are float32 in
  /// every plan.
  init(
    _ layers: [any Layer], input: Shape, _ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool,
    output: OutputRows?, givesFloats: Bool = false
  ) {
    self.wantsInputGradient = wantsInputGradient
    inputPrecision = plan.inputPrecision
    defer { plan.inputPrecision = inputPrecision }
    let parameters = layers.flatMap(\.parameters)
    for parameter in parameters { parameter.isPlanned = true }
    mayFreeze = parameters.contains(where: \.mayFreeze)
    var planning = StagePlanning(
      layers, input: input, keepsOutputs: plan.keepsOutputs, batch: batch, wantsInputGradient: wantsInputGradient,
      output: output, givesFloats: givesFloats)
    stages = planning.run(&plan)
    activations.reserveCapacity(stages.count + 1)
  }

  /// The outputs of the last forward pass; nil before the first.
  package var outputs: TensorView? { activations.last }

  /// The passes, in the order in which they run.
  var passes: [any Pass] { stages.map(\.pass) }

  /// The pass that a layer of this program runs in, and its last input; nil if it has not run here.
  func lastRun(of layer: any Layer) -> (pass: any Pass, input: TensorView)? {
    guard let index = stages.firstIndex(where: { $0.layers.contains { $0 === layer } }), index < activations.count
    else { return nil }
    return (stages[index].pass, activations[index])
  }

  /// What carries states in one of the layers.
  public var stateCarriers: [any StateCarrying] { stages.flatMap(\.pass.stateCarriers) }

  /// Renews what the layers derive from the parameters.
  public func pack(_ context: StepContext) {
    for stage in stages { pack(stage, context) }
  }

  private func pack(_ stage: Stage, _ context: StepContext) {
    guard !stage.layers.isEmpty else { return }
    context.layerObserver?.layersBegin(stage.layers)
    stage.pass.pack(context)
    context.layerObserver?.layersEnd(stage.layers, .pack, operations: 0)
  }

  /// The number of stages, each a layer or several that run as one.
  package var stageCount: Int { stages.count }

  /// The number of stages, from the first on, that make the same of a sample in every step as long as what is frozen now
  /// stays so.
  package var repeatableStages: Int {
    let first = stages.prefix { $0.layers.allSatisfy(\.givesTheSame) }
    return first.allSatisfy(\.layers.isEmpty) ? 0 : first.count
  }

  /// The shape and the precision of the outputs of a stage.
  package func outputs(ofStage index: Int) -> (shape: Shape, precision: Precision) {
    (stages[index].outputShape, stages[index].outputPrecision)
  }

  /// Renews what the layers of the first stages derive from the parameters.
  package func pack(first count: Int, _ context: StepContext) {
    for stage in stages.prefix(count) { pack(stage, context) }
  }

  /// The outputs for a batch.
  /// - Throws: `Failure` where a layer that sums over the whole batch cannot reach the other ranks, (data) for a sample of
  ///   which a layer's window leaves nothing.
  public func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    try forward(input, context, arrival: nil)
  }

  /// The same; each layer waits for its parameters by `arrival`, and packs them, before it runs.
  package func forward(
    _ input: TensorView, _ context: StepContext, arrival: ParameterArrival?
  ) throws -> TensorView {
    try forward(input, through: 0..<stages.count, context, arrival: arrival)
  }

  /// The outputs of some stages, the first of which gets `input`. A backward pass may follow if these are the last stages, and
  /// those before them learn nothing.
  /// - Throws: as `forward`.
  package func forward(
    _ input: TensorView, through range: Range<Int>, _ context: StepContext, arrival: ParameterArrival?
  ) throws -> TensorView {
    let precision = range.lowerBound == 0 ? inputPrecision : stages[range.lowerBound - 1].outputPrecision
    precondition(
      input.base.precision.isRounded == precision.isRounded, "inputs of \(precision.rawValue) were planned")
    activations.removeAll(keepingCapacity: true)
    for _ in 0..<range.lowerBound { activations.append(input) }
    arrival?.skip(to: range.lowerBound)
    var values = input
    for index in range {
      let stage = stages[index]
      try arrival?.prepare(stage: index, parameterEnd: stage.parameterEnd) { pack(stage, context) }
      activations.append(values)
      guard !stage.layers.isEmpty else {
        values = try stage.pass.forward(values, context)
        continue
      }
      context.layerObserver?.layersBegin(stage.layers)
      values = try stage.pass.forward(values, context)
      context.layerObserver?.layers(stage.layers, gave: values)
      context.layerObserver?.layersEnd(
        stage.layers, .forward, operations: operations(stage.layers.operations, samples: input.batch, context))
    }
    activations.append(values)
    return values
  }

  /// All parameters' gradients, and that of the input if it is wanted.
  /// - Throws: as `forward`.
  public func backward(_ gradient: TensorView, _ context: StepContext) throws -> TensorView? {
    precondition(
      gradient.base.precision.isRounded == outputs?.base.precision.isRounded, "the gradient has the outputs' precision")
    var current: TensorView? = gradient
    let lowest = lowestLearning
    for index in stages.indices.reversed() {
      guard index >= lowest, let next = current else {
        try finish(stages[...index], context)
        return nil
      }
      let stage = stages[index]
      if !stage.layers.isEmpty { context.layerObserver?.layersBegin(stage.layers) }
      current = try stage.pass.backward(
        next, input: activations[index], output: activations[index + 1], context)
      try end(stage, wantsInputGradient: current != nil, samples: gradient.batch, context)
    }
    return current
  }

  /// The first stage whose backward pass is needed in this step.
  private var lowestLearning: Int {
    guard mayFreeze, !wantsInputGradient else { return 0 }
    return stages.firstIndex(where: \.learns) ?? stages.count
  }

  /// These stages have no gradients in this step.
  private func finish(_ stages: ArraySlice<Stage>, _ context: StepContext) throws {
    for stage in stages.reversed() {
      for parameter in stage.parameters { context.clearGradient(parameter) }
      for layer in stage.layers.reversed() { try context.frontier?.finish(within: layer) }
    }
  }

  /// Whether the backward pass may overwrite the gradient that it is given.
  public var overwritesGradient: Bool { stages.last?.pass.overwritesGradient ?? true }

  /// As `backward`, but adds the gradient of the input to `sum`, if all layers run as one that can do that; otherwise returns
  /// false, having done nothing.
  /// - Throws: as `forward`.
  func backward(_ gradient: TensorView, addingTo sum: TensorView, _ context: StepContext) throws -> Bool {
    guard stages.count == 1, let stage = stages.first else { return false }
    context.layerObserver?.layersBegin(stage.layers)
    let (input, output) = (activations[0], activations[1])
    guard try stage.pass.backward(gradient, input: input, output: output, addingTo: sum, context) else { return false }
    try end(stage, wantsInputGradient: true, samples: gradient.batch, context)
    return true
  }

  /// A stage's backward pass is done.
  private func end(_ stage: Stage, wantsInputGradient: Bool, samples: Int, _ context: StepContext) throws {
    guard !stage.layers.isEmpty else { return }
    context.layerObserver?.layersEnd(
      stage.layers, .backward,
      operations: operations(
        stage.layers.backwardOperations(wantsInputGradient: wantsInputGradient), samples: samples, context))
    for parameter in stage.freezable where parameter.isFrozen { context.clearGradient(parameter) }
    for layer in stage.layers.reversed() { try context.frontier?.finish(layer) }
  }

  private func operations(_ ofSample: Int, samples: Int, _ context: StepContext) -> Int {
    Int(Double(samples * ofSample) * context.shareOfSteps)
  }

  /// The same of a layer that is made of this program's; these know their own inputs and outputs.
  /// - Throws: as `forward`.
  public func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) throws -> TensorView? {
    try backward(gradient, context)
  }

  /// Renews all layers' buffers.
  public func updateBuffers(from sums: UnsafePointer<Float>, _ context: StepContext) {
    for stage in stages { stage.pass.updateBuffers(from: sums, context) }
  }
}
