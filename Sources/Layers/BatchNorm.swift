import CKernels
import Collectives
import Tensors

/// Batch normalization over the whole global batch, as PyTorch's `nn.BatchNorm1d` and `nn.BatchNorm2d` on one process:
///
///     y = γ (x − μ) / √(σ² + ε) + β,  μ and σ² per channel over all samples, steps and pixels
///
/// The sums go through the reduction tree, so that the statistics do not depend on the number of ranks. `weight` (γ, from
/// 1) and `bias` (β, from 0) are learned; `running_mean` and `running_var` (with Bessel's correction, as PyTorch) are
/// used outside training. Any input shape; channels last. Ioffe & Szegedy 2015.
public final class BatchNorm: Layer, ReLUFusing {
  /// The recipe's name.
  public let kind = "batch-norm"
  /// The input's shape.
  public let outputShape: Shape
  private let epsilon: Float
  private let momentum: Float
  private let weight, bias, runningMean, runningVariance: Parameter
  private var fusesReLU = false
  private var memory: Memory?
  private var reducers: (forward: TreeReducer, backward: TreeReducer)?
  private var input: TensorView?
  private var output: TensorView?

  private struct Memory {
    let output: ArenaPlan.Slot
    /// Rows of one float a channel: mean, 1/√(σ² + ε), and the coefficients of a pass.
    let mean, inverse, first, second, third: ArenaPlan.Slot
  }

  /// A layer for inputs of a shape; the running values take `momentum` of each new batch's.
  public init(input: Shape, epsilon: Double = 1e-5, momentum: Double = 0.1) {
    outputShape = input
    self.epsilon = Float(epsilon)
    self.momentum = Float(momentum)
    func parameter(_ name: String, _ value: Float) -> Parameter {
      Parameter(name, shape: [input.features], initialization: .constant(value), flattened: input)
    }
    weight = parameter("weight", 1)
    bias = parameter("bias", 0)
    runningMean = parameter("running_mean", 0)
    runningVariance = parameter("running_var", 1)
  }

  /// `weight` and `bias`.
  public var parameters: [Parameter] { [weight, bias] }
  /// `running_mean` and `running_var`.
  public var buffers: [Parameter] { [runningMean, runningVariance] }

  /// Negative outputs become 0 at once.
  public func fuseReLU() { fusesReLU = true }

  private var channels: Int { outputShape.features }
  private var padded: Int { paddedToLanes(channels) }

  /// Reserves the outputs and a few rows of channels.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    memory = Memory(
      output: plan.activation(batch * outputShape.positions * outputShape.steps * padded),
      mean: plan.activation(padded), inverse: plan.activation(padded), first: plan.persistent(padded),
      second: plan.persistent(padded), third: plan.persistent(padded))
  }

  /// Normalizes with the batch's statistics in training, else with the running ones.
  /// - Throws: `Failure` where the ranks cannot exchange sums.
  public func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    guard let memory else { preconditionFailure("forward before plan") }
    let arena = context.arena
    let (mean, inverse) = (arena[memory.mean], arena[memory.inverse])
    if context.isTraining {
      try measure(input, mean: mean, inverse: inverse, context)
    } else {
      for channel in 0..<channels {
        mean[channel] = context.values(ofBuffer: runningMean)[channel]
        inverse[channel] = 1 / (context.values(ofBuffer: runningVariance)[channel] + epsilon).squareRoot()
      }
    }
    let (factor, shift) = (arena[memory.first], arena[memory.second])
    for channel in 0..<channels {
      factor[channel] = context.values(weight)[channel] * inverse[channel]
      shift[channel] = context.values(bias)[channel] - mean[channel] * factor[channel]
    }
    let output = input.with(base: arena[memory.output], columns: channels)
    if input.stride == output.stride {
      dpt_scale_rows(input.base, output.base, input.rows, channels, input.stride, factor, shift, fusesReLU)
    } else {
      // Only raw inputs lie closer than whole lanes.
      for row in 0..<input.rows {
        dpt_scale_rows(
          input.base + row * input.stride, output.base + row * output.stride, 1, channels, output.stride, factor, shift,
          fusesReLU)
      }
    }
    self.input = input
    self.output = output
    return output
  }

  /// The batch's mean and 1/√(σ² + ε), and the running values' next step.
  private func measure(
    _ input: TensorView, mean: UnsafeMutablePointer<Float>, inverse: UnsafeMutablePointer<Float>, _ context: StepContext
  ) throws {
    let reducer = try makeReducers(context).forward
    let running = (
      mean: context.values(ofBuffer: runningMean), variance: context.values(ofBuffer: runningVariance)
    )
    var rows = kernelRows(input)
    var program = context.shards.kernelProgram
    // Sums of x − running mean: near the mean they lose nothing when the square is taken off.
    dpt_batch_norm_moments(&rows, running.mean, reducer.nodes, padded, reducer.stride, &program)
    try reducer.reduce()
    let count = Float(context.batchCount * input.steps * input.positions)
    for channel in 0..<channels {
      let offset = reducer.result[channel] / count
      let variance = max(0, reducer.result[padded + channel] / count - offset * offset)
      mean[channel] = running.mean[channel] + offset
      inverse[channel] = 1 / (variance + epsilon).squareRoot()
      running.mean[channel] = running.mean[channel] + momentum * offset
      let unbiased = count > 1 ? variance * (count / (count - 1)) : variance
      running.variance[channel] += momentum * (unbiased - running.variance[channel])
    }
  }

  /// With N rows: ∂ℓ/∂β = Σ dy, ∂ℓ/∂γ = Σ dy·x̂, dx = γ/√(σ² + ε) · (dy − (Σ dy)/N − x̂ (Σ dy·x̂)/N).
  /// - Throws: as `forward`.
  public func backward(_ gradient: TensorView, _ context: StepContext) throws -> TensorView? {
    guard let memory, let input, let output else { preconditionFailure("backward before forward") }
    if fusesReLU { dpt_relu_back(output.base, gradient.base, gradient.rows * gradient.stride) }
    let reducer = try makeReducers(context).backward
    let arena = context.arena
    let (mean, inverse) = (arena[memory.mean], arena[memory.inverse])
    guard input.stride == gradient.stride else {
      preconditionFailure("batch normalization of raw inputs has no gradient to give")
    }
    var rows = kernelRows(input)
    var program = context.shards.kernelProgram
    dpt_batch_norm_gradients(&rows, gradient.base, mean, inverse, reducer.nodes, padded, reducer.stride, &program)
    for node in context.shards.reduction.nodes.indices {
      let sums = reducer.nodes + node * reducer.stride
      (context.gradient(bias) + node * context.nodeStride).update(from: sums, count: channels)
      (context.gradient(weight) + node * context.nodeStride).update(from: sums + padded, count: channels)
    }
    try reducer.reduce()
    let count = Float(context.batchCount * input.steps * input.positions)
    let (a, b, c) = (arena[memory.first], arena[memory.second], arena[memory.third])
    for channel in 0..<channels {
      let factor = context.values(weight)[channel] * inverse[channel]
      let meanGradient = reducer.result[channel] / count
      let slope = reducer.result[padded + channel] / count * inverse[channel]
      a[channel] = factor
      b[channel] = -factor * slope
      c[channel] = factor * (slope * mean[channel] - meanGradient)
    }
    dpt_combine_rows(
      gradient.base, input.base, gradient.base, gradient.rows, channels, gradient.stride, a, b, c)
    return gradient
  }

  private func kernelRows(_ view: TensorView) -> dpt_rows {
    dpt_rows(
      base: view.base, stride: view.stride, outerStride: view.batch * view.positions * view.stride, outer: view.steps,
      positions: view.positions, columns: channels)
  }

  /// Made in the first step, which alone allocates.
  private func makeReducers(_ context: StepContext) throws -> (forward: TreeReducer, backward: TreeReducer) {
    if let reducers { return reducers }
    func make() throws -> TreeReducer {
      try TreeReducer(
        communicator: context.communicator, tree: context.tree, elementCount: 2 * padded, controlCount: 0)
    }
    let made = (forward: try make(), backward: try make())
    reducers = made
    return made
  }
}
