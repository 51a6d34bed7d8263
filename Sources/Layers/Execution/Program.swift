import Tensors

/// Layers at work one after the other, in the memory of one plan: a model's, or those that another layer is made of.
///
/// Which of them run as one is decided here, once. The program tells observers, lets layers wait for weights that arrive,
/// tells which gradients are written, and keeps each layer's inputs for its backward pass.
public final class Program: Pass {
  /// A class, since a loop over structs copies each.
  private final class Stage {
    /// One layer, or several that run as one.
    let layers: [any Layer]
    let pass: any Pass
    /// Where the layers' parameters end among the model's.
    let parameterEnd: Int
    let parameters: [Parameter]
    /// The parameters that may be frozen in a step, of layers without layers within; those clear their own.
    let freezable: [Parameter]

    init(_ fusion: Fusion, pass: any Pass) {
      layers = fusion.layers
      self.pass = pass
      parameters = layers.flatMap(\.parameters)
      freezable = layers.filter(\.parts.isEmpty).flatMap(\.parameters).filter(\.mayFreeze)
      parameterEnd = parameters.map { $0.offset + $0.count }.max() ?? 0
    }

    /// Whether some parameter learns in this step.
    var learns: Bool { parameters.contains { !$0.isFrozen } }
  }

  private let stages: [Stage]
  /// Whether some parameter may be frozen in a step.
  private let mayFreeze: Bool
  /// Whether the gradient of the inputs is wanted from outside.
  private let wantsInputGradient: Bool
  /// The inputs of each stage in the last forward pass, and the outputs of the last stage.
  private var activations: [TensorView] = []

  /// Plans layers, each of which must have been made for the shape that the one before it gives, for batches of up to
  /// `batch` samples.
  public convenience init(_ layers: [any Layer], _ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    self.init(layers, &plan, batch: batch, wantsInputGradient: wantsInputGradient, output: nil)
  }

  /// Whether the last of some layers can write its outputs to columns of wider rows.
  static func writesColumns(_ layers: [any Layer], keepsOutputs: Bool) -> Bool {
    Fusion.all(of: layers, keepsOutputs: keepsOutputs).last?.writesColumns ?? false
  }

  /// The same; the last layer's outputs go to the columns of `output`, unless it is nil.
  init(
    _ layers: [any Layer], _ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, output: OutputRows?
  ) {
    self.wantsInputGradient = wantsInputGradient
    // Below the first layer that ever learns no gradient is wanted, if some are frozen.
    let parameters = layers.flatMap(\.parameters)
    let freezes = parameters.contains(where: \.staysFrozen)
    let lowest = freezes ? layers.firstIndex { $0.parameters.contains { !$0.staysFrozen } } ?? layers.count : 0
    for parameter in parameters { parameter.isPlanned = true }
    mayFreeze = parameters.contains(where: \.mayFreeze)
    var stages: [Stage] = []
    var done = 0
    let fusions = Fusion.all(of: layers, keepsOutputs: plan.keepsOutputs)
    var joins: GrowingJoins?
    for (index, fusion) in fusions.enumerated() {
      for _ in 0..<fusion.ticks { plan.advance() }
      if index >= joins?.end ?? 0 {
        joins = GrowingJoins(output == nil ? fusions : fusions.dropLast(), from: index, &plan, batch: batch)
      }
      let order = Fusion.Order(
        batch: batch, wantsInputGradient: wantsInputGradient || !stages.isEmpty && done > lowest,
        before: (stages.last?.pass as? ConvolutionAndBatchNormPass)?.norm,
        output: joins?.rows ?? (index == fusions.count - 1 ? output : nil))
      stages.append(Stage(fusion, pass: fusion.makePass(&plan, order)))
      done += fusion.layers.count
    }
    self.stages = stages
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
    context.layerObserver?.layersBegin(stage.layers)
    stage.pass.pack(context)
    context.layerObserver?.layersEnd(stage.layers, .pack, operations: 0)
  }

  /// The number of stages, each a layer or several that run as one.
  package var stageCount: Int { stages.count }

  /// The number of stages, from the first on, that make the same of a sample in every step as long as what is frozen now
  /// stays so.
  package var repeatableStages: Int { stages.prefix { $0.layers.allSatisfy(\.givesTheSame) }.count }

  /// The shape of the outputs of a stage.
  package func outputShape(ofStage index: Int) -> Shape? { stages[index].layers.last?.outputShape }

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
    activations.removeAll(keepingCapacity: true)
    for _ in 0..<range.lowerBound { activations.append(input) }
    arrival?.skip(to: range.lowerBound)
    var values = input
    for index in range {
      let stage = stages[index]
      try arrival?.prepare(stage: index, parameterEnd: stage.parameterEnd) { pack(stage, context) }
      context.layerObserver?.layersBegin(stage.layers)
      activations.append(values)
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
    var current: TensorView? = gradient
    let lowest = lowestLearning
    for index in stages.indices.reversed() {
      guard index >= lowest, let next = current else {
        try finish(stages[...index], context)
        return nil
      }
      let stage = stages[index]
      context.layerObserver?.layersBegin(stage.layers)
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
