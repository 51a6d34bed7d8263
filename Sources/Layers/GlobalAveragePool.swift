import CKernels
import Diagnostics
import Tensors

/// The mean over all pixels or steps, channel by channel: PyTorch's `x.mean((2, 3))`, or `nn.AdaptiveAvgPool2d(1)`
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
    var g = geometry(batch: input.batch, inputStride: input.stride)
    dpt_average_pool(&g, input.base, result.base)
    return result
  }

  /// The gradient in equal shares.
  public func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? {
    guard let slot = self.gradient else { return nil }
    let result = TensorView(
      base: context.arena[slot], steps: inputShape.steps, batch: gradient.batch, positions: inputShape.positions,
      columns: gradient.columns, stride: gradient.stride)
    var g = geometry(batch: gradient.batch, inputStride: result.stride)
    dpt_average_pool_back(&g, gradient.base, result.base)
    return result
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
