import CKernels
import Diagnostics
import Tensors

/// What the convolutions over images and over sequences share: parameters, memory, and the three products.
package final class Convolution {
  package let outputShape: Shape
  /// The weight, and the bias where there is one.
  package let parameters: [Parameter]
  /// The kernel.
  package let window: Window
  package let groups: Int
  private let inputShape: Shape
  private let weight: Parameter
  private let bias: Parameter?
  private var memory: Memory?
  private var input: TensorView?
  private var output: TensorView?

  private struct Memory {
    let packed, scratch: ArenaPlan.Slot
    /// All samples' outputs, or those of a few where pooling takes them at once.
    let output: ArenaPlan.Slot
    let paddedBias: ArenaPlan.Slot?
    let back: (packed: ArenaPlan.Slot, gradient: ArenaPlan.Slot)?
  }

  /// `kernelShape` is the kernel's part of the weight's shape in PyTorch: [height, width] or [steps].
  init(input: Shape, outputs: Int, window: Window, kernelShape: [Int], groups: Int, bias: Bool) throws {
    guard input.features.isMultiple(of: groups), outputs.isMultiple(of: groups) else {
      throw Failure(
        .configuration, "\(groups) groups do not divide \(input.features) input and \(outputs) output channels",
        advice: "groups must divide both")
    }
    inputShape = input
    self.window = window
    self.groups = groups
    outputShape = try window.outputShape(for: input, features: outputs)
    let channels = input.features / groups
    let initialization = Initialization.uniform(bound: 1 / Float(channels * window.taps).squareRoot())
    weight = Parameter(
      "weight", shape: [outputs, channels] + kernelShape, initialization: initialization,
      factors: [outputs, channels, window.taps], axes: [0, 2, 1])
    self.bias = bias ? Parameter("bias", shape: [outputs], initialization: initialization) : nil
    parameters = [weight] + [self.bias].compactMap(\.self)
  }

  var operations: Int { 2 * weight.count * outputShape.positions * outputShape.steps }

  private(set) var fusesReLU = false

  func fuseReLU() { fusesReLU = true }

  private var channels: Int { inputShape.features / groups }
  private var outputs: Int { outputShape.features / groups }
  private var packedCount: Int { dpt_packed_count(window.taps * channels, outputs) }
  private var packedBackCount: Int { dpt_packed_count(window.taps * outputs, channels) }

  private func geometry(batch: Int, inputStride: Int) -> dpt_convolution {
    window.geometry(
      input: inputShape, output: outputShape, batch: batch, inputStride: inputStride,
      outputStride: paddedToLanes(outputShape.features), channels: channels, outputs: outputs, padded: groups == 1)
  }

  /// How many samples' outputs are best made at once.
  var samplesAtOnce: Int {
    var g = geometry(batch: 1, inputStride: paddedToLanes(inputShape.features))
    return dpt_convolution_samples(&g)
  }

  /// Reserves memory. `pooledSamples` is nil where all outputs are kept; else pooling takes those of so many samples at
  /// once, and its gradients come back.
  func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, pooledSamples: Int? = nil) {
    let inputRows = batch * inputShape.positions * inputShape.steps
    let outputFloats = outputShape.paddedCount(batch: pooledSamples ?? batch)
    var g = geometry(batch: batch, inputStride: paddedToLanes(inputShape.features))
    memory = Memory(
      packed: plan.persistent(groups * packedCount),
      scratch: plan.backwardScratch(dpt_convolution_backward_scratch(&g, plan.shards, pooledSamples != nil)),
      output: pooledSamples == nil ? plan.activation(outputFloats) : plan.forwardScratch(outputFloats),
      paddedBias: bias == nil ? nil : plan.persistent(groups * paddedToLanes(outputs)),
      back: wantsInputGradient
        ? (
          plan.persistent(groups * packedBackCount),
          plan.gradient(inputRows * paddedToLanes(inputShape.features))
        ) : nil)
  }

  func pack(_ context: StepContext) {
    guard let memory else { return }
    let inner = window.taps * channels
    for group in 0..<groups {
      let weights = context.values(weight) + group * outputs * inner
      dpt_pack_transposed(weights, outputs, inner, inner, context.arena[memory.packed] + group * packedCount)
      if let back = memory.back {
        dpt_pack_convolution_back(
          weights, outputs, window.taps, channels, inner, context.arena[back.packed] + group * packedBackCount)
      }
      if let bias, let slot = memory.paddedBias {
        (context.arena[slot] + group * paddedToLanes(outputs))
          .update(from: context.values(bias) + group * outputs, count: outputs)
      }
    }
  }

  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let output = forward(input, samples: 0..<input.batch, context)
    self.output = output
    return output
  }

  /// The outputs of some of the samples of a batch of images, where those of the samples before were.
  func forward(_ input: TensorView, samples: Range<Int>, _ context: StepContext) -> TensorView {
    guard let memory else { preconditionFailure("forward before plan") }
    self.input = input
    let output = TensorView(
      base: context.arena[memory.output], steps: outputShape.steps, batch: samples.count,
      positions: outputShape.positions, columns: outputShape.features, stride: paddedToLanes(outputShape.features))
    var g = geometry(batch: samples.count, inputStride: input.stride)
    let first = input.base + samples.lowerBound * g.xImage
    for group in 0..<groups {
      dpt_convolve(
        &g, first + group * channels, context.arena[memory.packed] + group * packedCount,
        memory.paddedBias.map { UnsafePointer(context.arena[$0] + group * paddedToLanes(outputs)) },
        output.base + group * outputs, fusesReLU)
    }
    return output
  }

  func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? {
    guard let output else { preconditionFailure("backward before forward") }
    var pass = dpt_convolution_backward()
    pass.dy = gradient.base
    pass.rectified = fusesReLU ? UnsafePointer(output.base) : nil
    let result = run(&pass, context)
    // Sequences' sums go through all samples step by step.
    if let bias, outputShape.isSequence {
      context.biasGradient(output: gradient, outputs: outputShape.features, target: context.gradient(bias))
    }
    return result
  }

  /// From the gradients of pooled outputs; the pooling has let none through where a ReLU does not.
  func backward(pooled: TensorView, by pool: MaxPool, _ context: StepContext) -> TensorView? {
    var pass = dpt_convolution_backward()
    pass.pooled = UnsafePointer(pooled.base)
    pass.pool = pool.geometry(batch: pooled.batch, inputStride: paddedToLanes(outputShape.features))
    pass.taps = UnsafePointer(pool.taps(context))
    return run(&pass, context)
  }

  private func run(_ pass: inout dpt_convolution_backward, _ context: StepContext) -> TensorView? {
    guard let memory, let input else { preconditionFailure("backward before forward") }
    let result = memory.back.map {
      TensorView(
        base: context.arena[$0.gradient], steps: inputShape.steps, batch: input.batch, positions: inputShape.positions,
        columns: inputShape.features, stride: paddedToLanes(inputShape.features))
    }
    let inner = window.taps * channels
    pass.convolution = geometry(batch: input.batch, inputStride: input.stride)
    pass.inverse = geometry(batch: input.batch, inputStride: paddedToLanes(inputShape.features))
    pass.x = UnsafePointer(input.base)
    pass.weightGradient = context.gradient(weight)
    pass.weightRow = inner
    pass.biasGradient = outputShape.isSequence ? nil : bias.map(context.gradient)
    pass.node = context.nodeStride
    pass.dx = result?.base
    pass.packed = memory.back.map { UnsafePointer(context.arena[$0.packed]) }
    pass.scratch = context.arena[memory.scratch]
    var program = context.shards.kernelProgram
    for _ in 0..<groups {
      dpt_convolve_back(&pass, &program)
      pass.x += channels
      pass.dy = pass.dy.map { $0 + outputs }
      pass.rectified = pass.rectified.map { $0 + outputs }
      pass.weightGradient += outputs * inner
      pass.biasGradient = pass.biasGradient.map { $0 + outputs }
      pass.dx = pass.dx.map { $0 + channels }
      pass.packed = pass.packed.map { $0 + packedBackCount }
    }
    return result
  }
}
