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
      ("height", window.kernel.height, max(window.padding.before.height, window.padding.behind.height)),
      ("width", window.kernel.width, max(window.padding.before.width, window.padding.behind.width)),
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

  /// Windows ⌊i·H/n⌋ ..< ⌈(i + 1)·H/n⌉ along an axis of H pixels, for n of `size`.
  /// - Throws: `Failure` (configuration) for vectors, and for sequences with two sizes.
  init(adaptiveOver input: Shape, size: Window.Extent) throws {
    guard input.isImage || input.isSequence else {
      throw Failure(.configuration, "\(input.text) is no image or sequence")
    }
    guard input.isImage || size.width == size.height else {
      throw Failure(
        .configuration,
        "\(input.text) has no height and width, so the size [\(size.height), \(size.width)] does not fit",
        advice: "write the number of steps that you want, such as size: \(size.height)")
    }
    guard max(size.height, size.width) <= Window.largest else {
      throw Failure(
        .configuration, "a size of \(max(size.height, size.width)) is too large", advice: "at most \(Window.largest)")
    }
    inputShape = input
    outputShape =
      input.isSequence
      ? .sequence(steps: size.height, features: input.features)
      : .image(height: size.height, width: size.width, channels: input.features)
    // Adaptive windows need no kernel.
    window = Window(kernel: .init(1))
    places = outputShape
    isGlobal = false
  }

  /// One window over all pixels or steps.
  /// - Throws: `Failure` (configuration) for vectors.
  init(globalOver input: Shape) throws {
    guard input.isImage || input.isSequence else {
      throw Failure(.configuration, "\(input.text) is no image or sequence")
    }
    inputShape = input
    outputShape = .vector(input.features)
    window = Window(kernel: .init(height: input.extents[0], width: input.isImage ? input.extents[1] : 1))
    places = input.isSequence ? .sequence(steps: 1, features: input.features) : Shape([1, 1, input.features])
    isGlobal = true
  }

  /// The kernels' description of the window.
  func geometry(_ precision: Precision, batch: Int, inputStride: Int, outputStride: Int) -> dpt_convolution {
    let features = inputShape.features
    return window.geometry(
      precision, input: inputShape, output: places, batch: batch, inputStride: inputStride,
      outputStride: outputStride, channels: features, outputs: features, padded: true)
  }

  /// Calls `body` with the window over all samples at once, or over each sample of a ragged view, and with the offsets of its
  /// first input and output.
  func forEachWindow(
    _ input: TensorView, _ output: TensorView,
    _ body: (_ window: inout dpt_convolution, _ input: Int, _ output: Int) -> Void
  ) {
    var g = geometry(
      input.base.precision, batch: input.batch, inputStride: input.stride, outputStride: output.stride)
    guard input.starts != nil else { return body(&g, 0, 0) }
    g.batch = 1
    (g.xLine, g.yLine) = (g.xStride, g.yStride)
    for sample in 0..<input.batch {
      g.height = input.steps(ofSample: sample)
      if isGlobal {
        // Without steps there is one, of zeros.
        g.kernelHeight = max(1, g.height)
      } else {
        g.outHeight = output.steps(ofSample: sample)
      }
      body(&g, input.index(sample: sample) * g.xStride, output.index(sample: sample) * g.yStride)
    }
  }
}

/// The memory of a pooling pass: outputs, and the input's gradient if it is wanted.
struct PoolingMemory {
  let pooling: Pooling
  private let output: OutputRows
  private let gradient: ArenaPlan.Slot?
  private let ragged: RaggedWindow?

  init(
    _ pooling: Pooling, kind: String, _ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool,
    output: OutputRows? = nil
  ) {
    self.pooling = pooling
    self.output = output ?? OutputRows(&plan, shape: pooling.outputShape, batch: batch)
    gradient = wantsInputGradient ? plan.gradientValues(pooling.inputShape.paddedCount(batch: batch)) : nil
    ragged = pooling.outputShape.isSequence ? RaggedWindow(pooling.window, kind: kind, &plan, batch: batch) : nil
  }

  /// The outputs for an input.
  /// - Throws: `Failure` (data) for a sample of too few steps.
  func output(for input: TensorView, _ context: StepContext) throws -> TensorView {
    let shape = pooling.outputShape
    guard input.starts != nil, let ragged else { return output.view(shape, batch: input.batch, context) }
    return try ragged.output(of: input, rows: output, columns: shape.features, context)
  }

  func inputGradient(for input: TensorView, _ context: StepContext) -> TensorView? {
    gradient.map { input.with(base: context.arena.values($0), columns: pooling.inputShape.features) }
  }
}
