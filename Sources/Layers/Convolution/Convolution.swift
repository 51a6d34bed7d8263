import CKernels
import Diagnostics
import Tensors

/// What the convolutions over images and over sequences share.
package struct Convolution {
  package let outputShape: Shape
  /// The kernel.
  package let window: Window
  package let groups: Int
  let inputShape: Shape
  let weight: Parameter
  let bias: Parameter?
  /// Winograd's tile, or nil if it is computed directly.
  let tile: WinogradTile?

  /// `kernelShape` is the kernel's part of the weight's shape in PyTorch: [height, width] or [steps].
  init(
    input: Shape, outputs: Int, window: Window, kernelShape: [Int], groups: Int, bias: Bool,
    algorithm: ConvolutionAlgorithm
  ) throws {
    try Convolution.check(groups: groups, inputs: input.features, outputs: outputs)
    inputShape = input
    self.window = window
    self.groups = groups
    outputShape = try window.outputShape(for: input, features: outputs)
    let channels = input.features / groups
    (weight, self.bias) = Convolution.parameters(
      rows: outputs, columns: channels, kernelShape: kernelShape, biases: bias ? outputs : nil)
    tile = WinogradTile.choose(
      algorithm, window: window, groups: groups, isSequence: input.isSequence, channels: channels, outputs: outputs,
      size: Window.size(outputShape))
  }

  /// Checks that groups divide the channels on both sides.
  /// - Throws: `Failure` (configuration) if they do not.
  static func check(groups: Int, inputs: Int, outputs: Int) throws {
    guard inputs.isMultiple(of: groups), outputs.isMultiple(of: groups) else {
      throw Failure(
        .configuration, "\(groups) groups do not divide \(inputs) input and \(outputs) output channels",
        advice: "groups must divide both")
    }
  }

  /// The weight [rows, columns, …kernel], here with the taps before the columns, and a bias if there are `biases`: both start
  /// uniform in ±1/√(columns · taps).
  static func parameters(
    rows: Int, columns: Int, kernelShape: [Int], biases: Int?
  ) -> (weight: Parameter, bias: Parameter?) {
    let taps = kernelShape.reduce(1, *)
    let initialization = Initialization.uniform(bound: 1 / Float(columns * taps).squareRoot())
    let weight = Parameter(
      "weight", shape: [rows, columns] + kernelShape, initialization: initialization,
      factors: [rows, columns, taps], axes: [0, 2, 1])
    return (weight, biases.map { Parameter("bias", shape: [$0], initialization: initialization) })
  }

  /// The weight, and the bias if there is one.
  package var parameters: [Parameter] { [weight] + [bias].compactMap(\.self) }

  var operations: Int { 2 * weight.count * outputShape.positions * outputShape.steps }

  /// Channels of one group.
  var channels: Int { inputShape.features / groups }
  var outputs: Int { outputShape.features / groups }
  /// Weights of one output.
  var inner: Int { window.taps * channels }

  /// For sequences, which may differ in length.
  func raggedWindow(_ plan: inout ArenaPlan, batch: Int) -> RaggedWindow? {
    inputShape.isSequence ? RaggedWindow(window, kind: "conv1d", &plan, batch: batch) : nil
  }

  /// Without an `outputStride` outputs lie in rows of their own.
  func geometry(
    _ precision: Precision, batch: Int, inputStride: Int, outputStride: Int? = nil
  ) -> dpt_convolution {
    var g = window.geometry(
      precision, input: inputShape, output: outputShape, batch: batch, inputStride: inputStride,
      outputStride: outputStride ?? paddedToLanes(outputShape.features), channels: channels, outputs: outputs,
      padded: groups == 1)
    (g.tileHeight, g.tileWidth) = (tile?.extent.height ?? 0, tile?.extent.width ?? 0)
    return g
  }
}

/// A convolution at work, and the ReLU behind it if it applies that.
struct ConvolutionPass: SamplewiseConvolution {
  let convolution: Convolution
  let appliesReLU: Bool
  let samplesAtOnce: Int
  let overwritesGradient: Bool
  private let precision: Precision
  private let packed, scratch, forwardScratch: ArenaPlan.Slot
  /// Floats of one group's packed weights, and of those for the way back.
  private let packedCount, packedBackCount: Int
  /// The outputs of all samples, or with pooling of those that are made at once.
  private let output: OutputRows
  private let paddedBias: ArenaPlan.Slot?
  private let back: (packed: ArenaPlan.Slot, gradient: ArenaPlan.Slot)?
  private let ragged: RaggedWindow?
  private let before: BatchNormPass?

  /// Reserves packed weights, outputs, sums of the weight gradient, and the input's gradient if it is wanted. A pooling takes
  /// the outputs of `samplesAtOnce` samples before others take their place. The backward pass sums the gradients of the
  /// normalization `before` it.
  init(
    _ convolution: Convolution, _ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, appliesReLU: Bool,
    follower: dpt_follower, before: BatchNormPass?, output: OutputRows? = nil
  ) {
    self.convolution = convolution
    self.appliesReLU = appliesReLU
    precision = plan.precision
    self.before = convolution.groups == 1 ? before : nil
    let (groups, input, outputs) = (convolution.groups, convolution.inputShape, convolution.outputs)
    var g = convolution.geometry(precision, batch: batch, inputStride: paddedToLanes(input.features))
    samplesAtOnce = min(dpt_convolution_samples(&g), batch)
    let isPooled = follower == DPT_POOLED
    overwritesGradient = appliesReLU || dpt_convolution_changes_gradients(&g, follower)
    let outputCount = convolution.outputShape.paddedCount(batch: isPooled ? samplesAtOnce : batch)
    packedCount = dpt_convolution_packed(&g)
    packedBackCount = dpt_convolution_packed_back(&g)
    packed = plan.persistent(groups * packedCount)
    forwardScratch = plan.forwardScratch(dpt_convolution_scratch(&g))
    scratch = plan.backwardScratch(dpt_convolution_backward_scratch(&g, plan.shards, follower))
    self.output =
      output
      ?? OutputRows(
        isPooled ? plan.forwardScratchValues(outputCount) : plan.activationValues(outputCount),
        stride: paddedToLanes(convolution.outputShape.features))
    paddedBias = convolution.bias == nil ? nil : plan.persistent(groups * paddedToLanes(outputs))
    back =
      wantsInputGradient
      ? (
        plan.persistent(groups * packedBackCount), plan.gradientValues(input.paddedCount(batch: batch))
      ) : nil
    ragged = convolution.raggedWindow(&plan, batch: batch)
  }

  /// Packs the weights for both directions.
  func pack(_ context: StepContext) {
    let (inner, outputs) = (convolution.inner, convolution.outputs)
    var g = convolution.geometry(precision, batch: 1, inputStride: paddedToLanes(convolution.inputShape.features))
    for group in 0..<convolution.groups {
      let weights = context.values(convolution.weight) + group * outputs * inner
      dpt_pack_convolution(&g, weights, context.arena[packed] + group * packedCount)
      if let back { dpt_pack_convolution_back(&g, weights, context.arena[back.packed] + group * packedBackCount) }
      if let bias = convolution.bias, let paddedBias {
        (context.arena[paddedBias] + group * paddedToLanes(outputs))
          .update(from: context.values(bias) + group * outputs, count: outputs)
      }
    }
  }

  /// The correlation.
  /// - Throws: `Failure` (data) for a sample of too few steps.
  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    var result = output(batch: input.batch, context)
    if input.starts != nil, let ragged {
      result = try ragged.output(of: input, rows: output, columns: result.columns, context)
    }
    convolve(input, first: 0, into: result, context)
    return result
  }

  func output(batch: Int, _ context: StepContext) -> TensorView {
    output.view(convolution.outputShape, batch: batch, context)
  }

  func convolve(_ input: TensorView, samples: Range<Int>, into result: TensorView, _ context: StepContext) {
    convolve(input, first: samples.lowerBound, into: result, context)
  }

  /// Convolves the samples from `first` on, as many as `result` has.
  private func convolve(_ input: TensorView, first: Int, into result: TensorView, _ context: StepContext) {
    let (channels, outputs) = (convolution.channels, convolution.outputs)
    var g = convolution.geometry(
      precision, batch: result.batch, inputStride: input.stride, outputStride: result.stride)
    g.follow(input: input, output: result)
    let first = input.base + first * g.xImage
    for group in 0..<convolution.groups {
      dpt_convolve(
        &g, (first + group * channels).address, context.arena[packed] + group * packedCount,
        paddedBias.map { UnsafePointer(context.arena[$0] + group * paddedToLanes(outputs)) },
        (result.base + group * outputs).address, appliesReLU, context.arena[forwardScratch])
    }
  }

  /// ∂ℓ/∂w is the correlation of the input with ∂ℓ/∂y dilated by the stride; ∂ℓ/∂x that of ∂ℓ/∂y with w turned over.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    var pass = dpt_convolution_backward()
    return run(&pass, gradient, input, output: output, context)
  }

  var canAddInputGradient: Bool { convolution.tile == nil && back != nil }

  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, addingTo sum: TensorView, _ context: StepContext
  ) -> Bool {
    guard canAddInputGradient else { return false }
    var pass = dpt_convolution_backward()
    pass.add(to: sum)
    _ = run(&pass, gradient, input, output: output, context)
    return true
  }

  private func run(
    _ pass: inout dpt_convolution_backward, _ gradient: TensorView, _ input: TensorView, output: TensorView,
    _ context: StepContext
  ) -> TensorView? {
    pass.dy = gradient.base.address
    pass.dyStride = gradient.stride
    if appliesReLU { pass.rectify(by: output) }
    let result = run(&pass, input, output: output, context)
    // Sequences' sums go through all samples step by step.
    if let bias = convolution.bias, convolution.outputShape.isSequence {
      context.biasGradient(
        output: gradient, outputs: convolution.outputShape.features, target: context.gradient(bias))
    }
    return result
  }

  func run(
    _ pass: inout dpt_convolution_backward, _ input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    let shape = convolution.inputShape
    let (inner, channels, outputs) = (convolution.inner, convolution.channels, convolution.outputs)
    let result = back.map { input.with(base: context.arena.values($0.gradient), columns: shape.features) }
    let outputStride = pass.follower == DPT_GIVEN ? pass.dyStride : nil
    pass.convolution = convolution.geometry(
      precision, batch: input.batch, inputStride: input.stride, outputStride: outputStride)
    pass.inverse = convolution.geometry(
      precision, batch: input.batch, inputStride: paddedToLanes(shape.features), outputStride: outputStride)
    pass.convolution.follow(input: input, output: output)
    pass.inverse.follow(input: input, output: output)
    pass.x = UnsafeRawPointer(input.base.address)
    pass.weightGradient = context.gradient(convolution.weight)
    pass.weightRow = inner
    pass.biasGradient = convolution.outputShape.isSequence ? nil : convolution.bias.map(context.gradient)
    pass.node = context.nodeStride
    if !pass.adds { pass.dx = result?.base.address }
    if let before, let result { before.sumGradients(in: &pass, gradient: result, context) }
    pass.packed = back.map { UnsafePointer(context.arena[$0.packed]) }
    pass.scratch = context.arena[scratch]
    var program = context.shards.kernelProgram
    let bytes = precision.bytes
    for _ in 0..<convolution.groups {
      dpt_convolve_back(&pass, &program)
      pass.x += channels * bytes
      pass.dy = pass.dy.map { $0 + outputs * bytes }
      pass.rectified = pass.rectified.map { $0 + outputs * bytes }
      pass.weightGradient += outputs * inner
      pass.biasGradient = pass.biasGradient.map { $0 + outputs }
      pass.dx = pass.dx.map { $0 + channels * bytes }
      pass.packed = pass.packed.map { $0 + packedBackCount }
    }
    return result
  }
}
