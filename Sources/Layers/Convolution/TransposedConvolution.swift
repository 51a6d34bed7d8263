import CKernels
import Diagnostics
import Tensors

/// What the transposed convolutions over images and over sequences share: a convolution from the layer's outputs to its inputs,
/// which is run the other way round.
package struct TransposedConvolution {
  package let outputShape: Shape
  /// The kernel.
  package let window: Window
  /// Lines and pixels that are added behind the output.
  package let outputPadding: Window.Extent
  package let groups: Int
  package let inputShape: Shape
  let weight: Parameter
  let bias: Parameter?

  /// `kernelShape` is the kernel's part of the weight's shape in PyTorch: [height, width] or [steps].
  init(
    input: Shape, outputs: Int, window: Window, kernelShape: [Int], outputPadding: Window.Extent, groups: Int,
    bias: Bool
  ) throws {
    try Convolution.check(groups: groups, inputs: input.features, outputs: outputs)
    inputShape = input
    self.window = window
    self.outputPadding = outputPadding
    self.groups = groups
    outputShape = try TransposedConvolution.outputShape(
      of: input, outputs: outputs, window: window, outputPadding: outputPadding)
    (weight, self.bias) = Convolution.parameters(
      rows: input.features, columns: outputs / groups, kernelShape: kernelShape, biases: bias ? outputs : nil)
  }

  private static func outputShape(
    of input: Shape, outputs: Int, window: Window, outputPadding: Window.Extent
  ) throws -> Shape {
    try window.checkSizes()
    func size(_ name: String, _ size: Int, _ part: KeyPath<Window.Extent, Int>) throws -> Int {
      let (stride, dilation, more) = (
        window.stride[keyPath: part], window.dilation[keyPath: part], outputPadding[keyPath: part]
      )
      guard more < max(stride, dilation) else {
        throw Failure(
          .configuration,
          "an outputPadding of \(more) is not smaller than the stride of \(stride) or the dilation of \(dilation)",
          advice: "it is at most \(max(stride, dilation) - 1) here")
      }
      let (padding, kernel) = (window.padding.before[keyPath: part], window.kernel[keyPath: part])
      let result = (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + more + 1
      guard result > 0 else {
        throw Failure(
          .configuration,
          "the output's \(name) would be (\(size) − 1)·\(stride) − 2·\(padding) + \(dilation)·(\(kernel) − 1) + \(more) + 1, "
            + "less than 1",
          advice: "the rule is (input − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1; "
            + "padding can be at most \((result + 2 * padding - 1) / 2)")
      }
      return result
    }
    return try Window.outputShape(for: input, features: outputs, size: size)
  }

  /// The weight, and the bias if there is one.
  package var parameters: [Parameter] { [weight] + [bias].compactMap(\.self) }

  var operations: Int { 2 * weight.count * inputShape.positions * inputShape.steps }

  /// Channels of one group.
  var channels: Int { inputShape.features / groups }
  var outputs: Int { outputShape.features / groups }
  /// Weights of one input.
  var inner: Int { window.taps * outputs }

  /// The convolution from outputs to inputs.
  func geometry(_ precision: Precision, batch: Int, inputStride: Int) -> dpt_convolution {
    window.geometry(
      precision, input: outputShape, output: inputShape, batch: batch, inputStride: paddedToLanes(outputShape.features),
      outputStride: inputStride, channels: outputs, outputs: channels, padded: groups == 1)
  }
}

/// A transposed convolution at work: forwards as a convolution's gradient by its input, backwards as a convolution.
struct TransposedConvolutionPass: Pass {
  private let convolution: TransposedConvolution
  private let precision: Precision
  private let packed, output, forwardScratch, scratch: ArenaPlan.Slot
  private let paddedBias: ArenaPlan.Slot?
  private let back: (packed: ArenaPlan.Slot, gradient: ArenaPlan.Slot)?
  /// Floats of one group's packed weights, and of those for the way back.
  private let packedCount, packedBackCount: Int

  var overwritesGradient: Bool { false }

  /// Reserves packed weights, outputs, sums of the weight gradient, and the input's gradient if it is wanted.
  init(_ convolution: TransposedConvolution, _ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    self.convolution = convolution
    precision = plan.precision
    let (groups, input) = (convolution.groups, convolution.inputShape)
    var g = convolution.geometry(precision, batch: batch, inputStride: paddedToLanes(input.features))
    packedCount = dpt_convolution_packed_back(&g)
    packedBackCount = dpt_convolution_packed(&g)
    packed = plan.persistent(groups * packedCount)
    output = plan.activationValues(convolution.outputShape.paddedCount(batch: batch))
    paddedBias = convolution.bias == nil ? nil : plan.persistent(groups * paddedToLanes(convolution.outputs))
    forwardScratch = plan.forwardScratch(dpt_transposed_scratch(&g))
    scratch = plan.backwardScratch(
      max(dpt_convolution_backward_scratch(&g, plan.shards, DPT_GIVEN), dpt_convolution_scratch(&g)))
    back =
      wantsInputGradient
      ? (plan.persistent(groups * packedBackCount), plan.gradientValues(input.paddedCount(batch: batch))) : nil
  }

  /// Packs the weights for both directions.
  func pack(_ context: StepContext) {
    let (channels, outputs, inner) = (convolution.channels, convolution.outputs, convolution.inner)
    var g = convolution.geometry(precision, batch: 1, inputStride: paddedToLanes(convolution.inputShape.features))
    for group in 0..<convolution.groups {
      let weights = context.values(convolution.weight) + group * channels * inner
      dpt_pack_convolution_back(&g, weights, context.arena[packed] + group * packedCount)
      if let back { dpt_pack_convolution(&g, weights, context.arena[back.packed] + group * packedBackCount) }
      if let bias = convolution.bias, let paddedBias {
        (context.arena[paddedBias] + group * paddedToLanes(outputs))
          .update(from: context.values(bias) + group * outputs, count: outputs)
      }
    }
  }

  /// Every output is a sum over the taps through which it sees inputs, ascending, from the bias on.
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let (channels, outputs) = (convolution.channels, convolution.outputs)
    let result = TensorView(base: context.arena.values(output), shape: convolution.outputShape, batch: input.batch)
    var g = convolution.geometry(precision, batch: input.batch, inputStride: input.stride)
    for group in 0..<convolution.groups {
      dpt_convolve_transposed(
        &g, (input.base + group * channels).address, context.arena[packed] + group * packedCount,
        paddedBias.map { UnsafePointer(context.arena[$0] + group * paddedToLanes(outputs)) },
        (result.base + group * outputs).address, context.arena[forwardScratch])
    }
    return result
  }

  /// ∂ℓ/∂w is the correlation of ∂ℓ/∂y with the input dilated by the stride; ∂ℓ/∂x that of ∂ℓ/∂y with w.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    let (channels, outputs, inner) = (convolution.channels, convolution.outputs, convolution.inner)
    var pass = dpt_convolution_backward()
    pass.convolution = convolution.geometry(precision, batch: input.batch, inputStride: input.stride)
    pass.x = UnsafeRawPointer(gradient.base.address)
    // It stays as it is.
    pass.dy = input.base.address
    pass.dyStride = input.stride
    pass.weightGradient = context.gradient(convolution.weight)
    pass.weightRow = inner
    pass.node = context.nodeStride
    pass.scratch = context.arena[scratch]
    var program = context.shards.kernelProgram
    for _ in 0..<convolution.groups {
      dpt_convolve_back(&pass, &program)
      pass.x += outputs * precision.bytes
      pass.dy = pass.dy.map { $0 + channels * precision.bytes }
      pass.weightGradient += channels * inner
    }
    if let bias = convolution.bias {
      context.biasGradient(
        output: gradient, outputs: convolution.outputShape.features, target: context.gradient(bias))
    }
    guard let back else { return nil }
    let features = convolution.inputShape.features
    let result = input.with(base: context.arena.values(back.gradient), columns: features)
    var g = convolution.geometry(precision, batch: input.batch, inputStride: result.stride)
    for group in 0..<convolution.groups {
      dpt_convolve(
        &g, (gradient.base + group * outputs).address, context.arena[back.packed] + group * packedBackCount, nil,
        (result.base + group * channels).address, false, context.arena[scratch])
    }
    return result
  }
}
