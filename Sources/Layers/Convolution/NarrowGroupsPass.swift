import CKernels
import Tensors

extension Convolution {
  /// Whether the convolution is depthwise, or its groups have so few channels that several of them share the lanes:
  /// as many outputs as channels in each group, 1, 2, 4 or 8.
  var hasNarrowGroups: Bool { groups > 1 && channels == outputs && [1, 2, 4, 8].contains(channels) }

  /// The pass of the convolution, and of the ReLU behind it if it applies that; `follower` is given or normalized.
  func makePass(
    _ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, appliesReLU: Bool = false,
    follower: dpt_follower = DPT_GIVEN, before: BatchNormPass? = nil, output: OutputRows? = nil
  ) -> any SamplewiseConvolution {
    hasNarrowGroups
      ? NarrowGroupsPass(
        self, &plan, batch: batch, wantsInputGradient: wantsInputGradient, appliesReLU: appliesReLU, follower: follower,
        output: output)
      : ConvolutionPass(
        self, &plan, batch: batch, wantsInputGradient: wantsInputGradient, appliesReLU: appliesReLU, follower: follower,
        before: before, output: output)
  }

  /// Whether the pass can write its outputs to columns of wider rows: not if it goes through whole rows of gradients.
  func writesColumns(appliesReLU: Bool) -> Bool { !(appliesReLU && hasNarrowGroups && outputShape.isSequence) }
}

/// A convolution in narrow groups at work, and the ReLU behind it if it applies that: all groups in one call, to the bits of
/// one after the other.
struct NarrowGroupsPass: SamplewiseConvolution {
  /// Bytes of outputs that a core's caches hold beside other data.
  private static let cachedBytes = 256 << 10

  let samplesAtOnce: Int
  let canAddInputGradient = false
  let overwritesGradient: Bool
  private let convolution: Convolution
  private let appliesReLU: Bool
  private let precision: Precision
  private let packed, forwardScratch, backwardScratch: ArenaPlan.Slot
  private let output: OutputRows
  private let paddedBias: ArenaPlan.Slot?
  private let back: (packed: ArenaPlan.Slot, gradient: ArenaPlan.Slot)?
  private let ragged: RaggedWindow?

  /// Reserves packed weights, outputs, sums of the weight gradient, and the input's gradient if it is wanted.
  init(
    _ convolution: Convolution, _ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, appliesReLU: Bool,
    follower: dpt_follower, output rows: OutputRows? = nil
  ) {
    self.convolution = convolution
    self.appliesReLU = appliesReLU
    precision = plan.precision
    let (input, output) = (convolution.inputShape, convolution.outputShape)
    samplesAtOnce = min(batch, max(1, NarrowGroupsPass.cachedBytes / (precision.bytes * output.paddedCount(batch: 1))))
    overwritesGradient = appliesReLU && output.isSequence
    let changes = follower == DPT_NORMALIZED || appliesReLU && !output.isSequence
    // The rows of gradients are no wider than those of outputs.
    var g = NarrowGroupsPass.geometry(
      precision, convolution, batch: batch, inputStride: paddedToLanes(input.features), outputStride: rows?.stride)
    let packedCount = dpt_packed_count(convolution.inner, output.features)
    packed = plan.persistent(packedCount)
    self.output = rows ?? OutputRows(&plan, shape: output, batch: batch)
    forwardScratch = plan.forwardScratch(dpt_narrow_groups_scratch(&g))
    backwardScratch = plan.backwardScratch(
      dpt_narrow_groups_backward_scratch(&g, convolution.channels, plan.shards, changes))
    paddedBias = convolution.bias == nil ? nil : plan.persistent(paddedToLanes(output.features))
    back =
      wantsInputGradient ? (plan.persistent(packedCount), plan.gradientValues(input.paddedCount(batch: batch))) : nil
    ragged = convolution.raggedWindow(&plan, batch: batch)
  }

  /// All groups at once.
  private static func geometry(
    _ precision: Precision, _ convolution: Convolution, batch: Int, inputStride: Int, outputStride: Int? = nil
  ) -> dpt_convolution {
    let features = convolution.inputShape.features
    return convolution.window.geometry(
      precision, input: convolution.inputShape, output: convolution.outputShape, batch: batch, inputStride: inputStride,
      outputStride: outputStride ?? paddedToLanes(features), channels: features, outputs: features, padded: true)
  }

  /// Packs the weights for both directions.
  func pack(_ context: StepContext) {
    let (inner, features) = (convolution.inner, convolution.outputShape.features)
    let weights = context.values(convolution.weight)
    dpt_pack_transposed(weights, features, inner, inner, context.arena[packed])
    if let back {
      dpt_pack_narrow_groups_back(
        weights, features, convolution.window.taps, convolution.channels, context.arena[back.packed])
    }
    if precision.isRounded {
      dpt_round_floats(context.arena[packed], packed.count)
      if let back { dpt_round_floats(context.arena[back.packed], back.packed.count) }
    }
    if let bias = convolution.bias, let paddedBias {
      context.arena[paddedBias].update(from: context.values(bias), count: features)
    }
  }

  /// The correlation.
  /// - Throws: `Failure` (data) for a sample of too few steps.
  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    var result = output(batch: input.batch, context)
    if input.starts != nil, let ragged {
      result = try ragged.output(of: input, rows: output, columns: result.columns, context)
    }
    convolve(input, samples: 0..<input.batch, into: result, context)
    return result
  }

  func output(batch: Int, _ context: StepContext) -> TensorView {
    output.view(convolution.outputShape, batch: batch, context)
  }

  func convolve(_ input: TensorView, samples: Range<Int>, into result: TensorView, _ context: StepContext) {
    var g = NarrowGroupsPass.geometry(
      precision, convolution, batch: result.batch, inputStride: input.stride, outputStride: result.stride)
    g.follow(input: input, output: result)
    dpt_convolve_narrow_groups(
      &g, convolution.channels, (input.base + samples.lowerBound * g.xImage).address, context.arena[packed],
      paddedBias.map { UnsafePointer(context.arena[$0]) }, result.base.address, appliesReLU,
      context.arena[forwardScratch])
  }

  /// As for groups one by one.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    var pass = dpt_convolution_backward()
    pass.dy = gradient.base.address
    pass.dyStride = gradient.stride
    let isSequence = convolution.outputShape.isSequence
    if isSequence && appliesReLU {
      // The bias' sum needs these gradients, too.
      dpt_relu_back(
        precision.kernel, output.base.address, gradient.base.address, nil, gradient.rows * gradient.stride)
    } else if appliesReLU {
      pass.rectify(by: output)
    }
    let result = run(&pass, input, output: output, context)
    // Sequences' sums go through all samples step by step.
    if let bias = convolution.bias, isSequence {
      let outputs = convolution.outputShape.features
      context.biasGradient(output: gradient, outputs: outputs, target: context.gradient(bias))
    }
    return result
  }

  func run(
    _ pass: inout dpt_convolution_backward, _ input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    let shape = convolution.inputShape
    let result = back.map { input.with(base: context.arena.values($0.gradient), columns: shape.features) }
    let outputStride = pass.follower == DPT_GIVEN ? pass.dyStride : nil
    pass.convolution = NarrowGroupsPass.geometry(
      precision, convolution, batch: input.batch, inputStride: input.stride, outputStride: outputStride)
    pass.inverse = NarrowGroupsPass.geometry(
      precision, convolution, batch: input.batch, inputStride: paddedToLanes(shape.features), outputStride: outputStride
    )
    pass.convolution.follow(input: input, output: output)
    pass.inverse.follow(input: input, output: output)
    pass.x = UnsafeRawPointer(input.base.address)
    pass.weightGradient = context.gradient(convolution.weight)
    pass.weightRow = convolution.inner
    pass.biasGradient = convolution.outputShape.isSequence ? nil : convolution.bias.map(context.gradient)
    pass.node = context.nodeStride
    pass.dx = result?.base.address
    pass.packed = back.map { UnsafePointer(context.arena[$0.packed]) }
    pass.scratch = context.arena[backwardScratch]
    var program = context.shards.kernelProgram
    dpt_convolve_narrow_groups_back(&pass, convolution.channels, &program)
    return result
  }
}
