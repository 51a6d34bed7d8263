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
  private var fusesReLU = false
  private var memory: Memory?
  private var input: TensorView?
  private var output: TensorView?

  private struct Memory {
    let packed, zeros, output, scratch: ArenaPlan.Slot
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

  func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    let rows = batch * outputShape.positions * outputShape.steps
    let inputRows = batch * inputShape.positions * inputShape.steps
    var g = geometry(batch: batch, inputStride: paddedToLanes(inputShape.features))
    memory = Memory(
      packed: plan.persistent(groups * packedCount),
      zeros: plan.persistent(max(channels, outputs)),
      output: plan.activation(rows * paddedToLanes(outputShape.features)),
      scratch: plan.backwardScratch(dpt_convolution_gradient_scratch(&g, plan.shards)),
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
    guard let memory else { preconditionFailure("forward before plan") }
    self.input = input
    let output = TensorView(
      base: context.arena[memory.output], steps: outputShape.steps, batch: input.batch,
      positions: outputShape.positions, columns: outputShape.features, stride: paddedToLanes(outputShape.features))
    self.output = output
    var g = geometry(batch: input.batch, inputStride: input.stride)
    for group in 0..<groups {
      dpt_convolve(
        &g, input.base + group * channels, context.arena[memory.packed] + group * packedCount,
        memory.paddedBias.map { UnsafePointer(context.arena[$0] + group * paddedToLanes(outputs)) },
        context.arena[memory.zeros], output.base + group * outputs, fusesReLU)
    }
    return output
  }

  func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? {
    guard let memory, let input, let output else { preconditionFailure("backward before forward") }
    if fusesReLU { dpt_relu_back(output.base, gradient.base, gradient.rows * gradient.stride) }
    var g = geometry(batch: input.batch, inputStride: input.stride)
    var program = context.shards.kernelProgram
    let inner = window.taps * channels
    for group in 0..<groups {
      dpt_convolution_gradient(
        &g, input.base + group * channels, gradient.base + group * outputs,
        context.gradient(weight) + group * outputs * inner, inner, context.nodeStride, context.arena[memory.scratch],
        &program)
    }
    if let bias {
      context.biasGradient(output: gradient, outputs: outputShape.features, target: context.gradient(bias))
    }
    guard let back = memory.back else { return nil }
    let result = TensorView(
      base: context.arena[back.gradient], steps: inputShape.steps, batch: input.batch, positions: inputShape.positions,
      columns: inputShape.features, stride: paddedToLanes(inputShape.features))
    var inverse = geometry(batch: input.batch, inputStride: result.stride)
    for group in 0..<groups {
      dpt_convolve_back(
        &inverse, gradient.base + group * outputs, context.arena[back.packed] + group * packedBackCount,
        context.arena[memory.zeros], result.base + group * channels)
    }
    return result
  }
}
