import CKernels
import Diagnostics
import Tensors

/// The part that pooling layers share: a window over images or sequences, channel by channel.
package struct Pooling {
  package let inputShape: Shape
  package let outputShape: Shape
  package let window: Window
  /// Whether the window covers all valid steps or all pixels, so that it has one place.
  private let isGlobal: Bool
  /// The window's places, as a shape of the input's kind.
  private let places: Shape

  /// - Throws: `Failure` (configuration) if the window does not fit, or could cover only padding.
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
    places = outputShape
    isGlobal = false
  }

  /// One window over all pixels or steps.
  init(globalOver input: Shape) {
    inputShape = input
    outputShape = .vector(input.features)
    window = Window(kernel: .init(height: input.extents[0], width: input.isImage ? input.extents[1] : 1))
    places = input.isSequence ? .sequence(steps: 1, features: input.features) : Shape([1, 1, input.features])
    isGlobal = true
  }

  /// The kernels' description of the window.
  func geometry(batch: Int, inputStride: Int) -> dpt_convolution {
    let features = inputShape.features
    return window.geometry(
      input: inputShape, output: places, batch: batch, inputStride: inputStride,
      outputStride: paddedToLanes(features), channels: features, outputs: features, padded: true)
  }

  /// Fits the window to a sample of `steps` steps.
  private func fit(_ g: inout dpt_convolution, steps: Int) {
    g.height = isGlobal ? max(1, steps) : steps
    if isGlobal { g.kernelHeight = g.height } else { g.outHeight = window.steps(from: steps) }
  }

  /// Calls `body` with the window over all samples at once, or over each sample if lengths differ, and with the offsets of
  /// its first input and output.
  func forEachWindow(
    batch: Int, inputStride: Int, _ context: StepContext,
    _ body: (_ window: inout dpt_convolution, _ input: Int, _ output: Int) -> Void
  ) {
    var g = geometry(batch: batch, inputStride: inputStride)
    guard let lengths = context.lengths else { return body(&g, 0, 0) }
    g.batch = 1
    for sample in 0..<batch {
      fit(&g, steps: Int(lengths[sample]))
      body(&g, sample * g.xImage, sample * g.yImage)
    }
  }
}

/// The memory of a pooling pass: outputs, and the input's gradient if it is wanted.
struct PoolingMemory {
  let pooling: Pooling
  private let output: ArenaPlan.Slot
  private let gradient: ArenaPlan.Slot?

  init(_ pooling: Pooling, _ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    self.pooling = pooling
    output = plan.activation(pooling.outputShape.paddedCount(batch: batch))
    gradient = wantsInputGradient ? plan.gradient(pooling.inputShape.paddedCount(batch: batch)) : nil
  }

  func output(batch: Int, _ context: StepContext) -> TensorView {
    TensorView(base: context.arena[output], shape: pooling.outputShape, batch: batch)
  }

  func inputGradient(batch: Int, _ context: StepContext) -> TensorView? {
    gradient.map { TensorView(base: context.arena[$0], shape: pooling.inputShape, batch: batch) }
  }
}
