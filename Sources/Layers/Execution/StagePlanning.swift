import Tensors

/// Plans the stages of a program: which layers run as one, where outputs go, and where values are converted.
struct StagePlanning {
  private let fusions: [Fusion]
  private let input: Shape
  private let batch: Int
  private let wantsInputGradient: Bool
  /// Where the last outputs go; nil for rows of their own.
  private let output: OutputRows?
  /// Whether the last outputs are floats in every plan; then whether the last layer writes them itself.
  private let givesFloats, endsInFloats: Bool
  /// The first layer of which a gradient may be wanted.
  private let lowest: Int
  private var stages: [Stage] = []

  /// For layers as a program has them (`Program.init`).
  init(
    _ layers: [any Layer], input: Shape, keepsOutputs: Bool, batch: Int, wantsInputGradient: Bool, output: OutputRows?,
    givesFloats: Bool
  ) {
    fusions = Fusion.all(of: layers, keepsOutputs: keepsOutputs)
    self.input = input
    self.batch = batch
    self.wantsInputGradient = wantsInputGradient
    self.output = output
    self.givesFloats = givesFloats
    endsInFloats = givesFloats && layers.endInLinear
    // Below the first layer that ever learns no gradient is wanted, if some are frozen.
    let freezes = layers.contains { $0.parameters.contains(where: \.staysFrozen) }
    lowest = freezes ? layers.firstIndex { $0.parameters.contains { !$0.staysFrozen } } ?? layers.count : 0
  }

  /// The stages, whose memory is reserved.
  mutating func run(_ plan: inout ArenaPlan) -> [Stage] {
    // Rounding would change the indices of an embedding: it gets floats, and the layers before it work with these.
    let needsRounding = plan.inputPrecision.isRounded != plan.precision.isRounded && !(givesFloats && fusions.isEmpty)
    let reader = needsRounding ? fusions.firstIndex(where: \.readsIndices) : nil
    if needsRounding, reader == nil {
      add(ConversionPass.rounding(input, &plan, batch: batch), of: [], gives: input, plan.precision)
      plan.inputPrecision = plan.precision
    }
    var (done, joins) = (0, GrowingJoins?.none)
    for (index, fusion) in fusions.enumerated() {
      for _ in 0..<fusion.ticks { plan.advance() }
      let isLast = index == fusions.count - 1
      let shape = fusion.layers.last?.outputShape ?? input
      let wantsGradient = wantsInputGradient || done > lowest
      if index < reader ?? 0 {
        let pass = plan.with(precision: .float32) { fusion.makePass(&$0, order(wantsGradient, output: nil)) }
        add(pass, of: fusion.layers, gives: shape, .float32)
      } else {
        if index >= joins?.end ?? 0 {
          joins = GrowingJoins(output == nil ? fusions : fusions.dropLast(), from: index, &plan, batch: batch)
        }
        let rows = isLast && endsInFloats ? floats(shape, &plan) : joins?.rows ?? (isLast ? output : nil)
        let pass = fusion.makePass(&plan, input: stages.last?.outputShape ?? input, order(wantsGradient, output: rows))
        add(pass, of: fusion.layers, gives: shape, rows?.precision ?? plan.precision)
        plan.inputPrecision = plan.precision
      }
      done += fusion.layers.count
    }
    if givesFloats, let last = stages.last, last.outputPrecision.isRounded {
      let shape = last.outputShape
      add(ConversionPass.widening(shape, &plan, batch: batch), of: [], gives: shape, .float32)
    }
    return stages
  }

  private mutating func add(_ pass: any Pass, of layers: [any Layer], gives shape: Shape, _ precision: Precision) {
    stages.append(Stage(layers, pass, gives: shape, precision))
  }

  private func order(_ wantsInputGradient: Bool, output: OutputRows?) -> Fusion.Order {
    Fusion.Order(
      batch: batch, wantsInputGradient: wantsInputGradient,
      before: (stages.last?.pass as? ConvolutionAndBatchNormPass)?.norm, output: output)
  }

  /// Rows of floats in a plan of any precision.
  private func floats(_ shape: Shape, _ plan: inout ArenaPlan) -> OutputRows {
    plan.with(precision: .float32) { OutputRows(&$0, shape: shape, batch: batch) }
  }
}
