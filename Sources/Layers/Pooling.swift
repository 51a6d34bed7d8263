import CKernels
import Diagnostics
import Tensors

/// What the pooling layers share: the window's geometry, the outputs, and the input's gradient.
package struct PoolingMemory {
  package let inputShape: Shape
  package let outputShape: Shape
  package let window: Window
  private var output: ArenaPlan.Slot?
  private var gradient: ArenaPlan.Slot?

  /// Throws `Failure` (configuration) where the window does not fit, or a place of it would see padding alone.
  init(input: Shape, window: Window) throws {
    for (name, kernel, padding) in [
      ("height", window.kernel.height, window.padding.height), ("width", window.kernel.width, window.padding.width),
    ] where padding > kernel / 2 {
      throw Failure(
        .configuration, "a padding of \(padding) is more than half of the kernel's \(name), \(kernel)",
        advice: "a window must not lie in the padding alone, so padding can be at most \(kernel / 2)")
    }
    inputShape = input
    self.window = window
    outputShape = try window.outputShape(for: input, features: input.features)
  }

  mutating func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    let stride = paddedToLanes(inputShape.features)
    output = plan.activation(batch * outputShape.positions * outputShape.steps * stride)
    gradient =
      wantsInputGradient ? plan.gradient(batch * inputShape.positions * inputShape.steps * stride) : nil
  }

  func geometry(batch: Int, inputStride: Int) -> dpt_convolution {
    window.geometry(
      input: inputShape, output: outputShape, batch: batch, inputStride: inputStride,
      outputStride: paddedToLanes(inputShape.features), channels: inputShape.features, outputs: inputShape.features,
      padded: true)
  }

  /// Calls `body` with the window over all samples at once, or over each sample's own steps if these differ, and with how
  /// far behind the first values of inputs and outputs it begins.
  func forEachWindow(
    batch: Int, inputStride: Int, _ context: StepContext,
    _ body: (_ window: inout dpt_convolution, _ input: Int, _ output: Int) -> Void
  ) {
    var g = geometry(batch: batch, inputStride: inputStride)
    guard let lengths = context.lengths else { return body(&g, 0, 0) }
    g.batch = 1
    for sample in 0..<batch {
      g.height = Int(lengths[sample])
      g.outHeight = window.steps(from: g.height)
      body(&g, sample * g.xImage, sample * g.yImage)
    }
  }

  func output(batch: Int, _ context: StepContext) -> TensorView {
    view(output, shape: outputShape, batch: batch, context)
  }

  func inputGradient(batch: Int, _ context: StepContext) -> TensorView? {
    gradient.map { view($0, shape: inputShape, batch: batch, context) }
  }

  private func view(_ slot: ArenaPlan.Slot?, shape: Shape, batch: Int, _ context: StepContext) -> TensorView {
    guard let slot else { preconditionFailure("a pass before plan") }
    return TensorView(
      base: context.arena[slot], steps: shape.steps, batch: batch, positions: shape.positions, columns: shape.features,
      stride: paddedToLanes(shape.features))
  }
}
