import CKernels
import Diagnostics
import Tensors

/// The mean over all pixels, or over the steps that are there, channel by channel: PyTorch's `x.mean((2, 3))`, or `nn.AdaptiveAvgPool2d(1)`
/// flattened. Lin, Chen & Yan 2013.
///
/// Input [height, width, channels] or [steps, channels], output [channels].
public final class GlobalAveragePool: Layer {
  /// The recipe's name.
  public let kind = "global-average-pool"
  /// [channels].
  public let outputShape: Shape
  /// The shape of one input.
  package let inputShape: Shape
  private var output: ArenaPlan.Slot?
  private var gradient: ArenaPlan.Slot?

  /// A layer for inputs of a shape.
  /// - Throws: `Failure` (configuration) for vectors.
  public init(input: Shape) throws {
    guard input.isImage || input.isSequence else {
      throw Failure(.configuration, "\(input.words) is no image or sequence")
    }
    inputShape = input
    outputShape = .vector(input.features)
  }

  /// The mean is that of the steps that are there.
  public var lengthRule: LengthRule { .kept }

  /// Reserves the means, and the input's gradient.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    let stride = paddedToLanes(inputShape.features)
    output = plan.activation(batch * stride)
    gradient =
      wantsInputGradient ? plan.gradient(batch * inputShape.positions * inputShape.steps * stride) : nil
  }

  /// The means.
  public func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    guard let output else { preconditionFailure("forward before plan") }
    let result = TensorView(
      base: context.arena[output], batch: input.batch, columns: input.columns, stride: paddedToLanes(input.columns))
    forEachWindow(batch: input.batch, inputStride: input.stride, context) { g, from, to in
      dpt_average_pool(&g, input.base + from, result.base + to)
    }
    return result
  }

  /// The gradient in equal shares.
  public func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? {
    guard let slot = self.gradient else { return nil }
    let result = TensorView(
      base: context.arena[slot], steps: inputShape.steps, batch: gradient.batch, positions: inputShape.positions,
      columns: gradient.columns, stride: gradient.stride)
    forEachWindow(batch: gradient.batch, inputStride: result.stride, context) { g, to, from in
      dpt_average_pool_back(&g, gradient.base + from, result.base + to)
    }
    return result
  }

  /// Calls `body` with the window over everything, or over each sample's own steps if these differ, and with how far behind
  /// the first values of inputs and outputs it begins.
  private func forEachWindow(
    batch: Int, inputStride: Int, _ context: StepContext,
    _ body: (_ window: inout dpt_convolution, _ input: Int, _ output: Int) -> Void
  ) {
    var g = geometry(batch: batch, inputStride: inputStride)
    guard let lengths = context.lengths else { return body(&g, 0, 0) }
    g.batch = 1
    for sample in 0..<batch {
      g.height = max(1, Int(lengths[sample]))
      g.kernelHeight = g.height
      body(&g, sample * g.xImage, sample * g.yImage)
    }
  }

  /// One window over everything.
  private func geometry(batch: Int, inputStride: Int) -> dpt_convolution {
    let size =
      inputShape.isSequence
      ? Window.Extent(height: inputShape.extents[0], width: 1)
      : Window.Extent(height: inputShape.extents[0], width: inputShape.extents[1])
    let features = inputShape.features
    let single = inputShape.isSequence ? Shape.sequence(steps: 1, features: features) : Shape([1, 1, features])
    return Window(kernel: size).geometry(
      input: inputShape, output: single, batch: batch, inputStride: inputStride, outputStride: paddedToLanes(features),
      channels: features, outputs: features, padded: true)
  }
}
