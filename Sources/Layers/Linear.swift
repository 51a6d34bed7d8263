import CKernels
import Tensors

/// An affine map of the features: y = x · Wᵀ + b, applied to every step of a sequence and every pixel of an image.
///
/// Input (…, inputs), output (…, outputs); `weight` [outputs, inputs] and `bias` [outputs], unless there is none, start uniform in
/// ±1/√inputs, as PyTorch's `nn.Linear`.
public final class Linear: Layer {
  /// The recipe's name.
  public let kind = "linear"
  /// The input's shape with its features replaced.
  public let outputShape: Shape
  private let inputShape: Shape
  /// [outputs, inputs].
  package let weight: Parameter
  /// [outputs], or nil for none.
  package let bias: Parameter?
  private var memory: Memory?
  private var input: TensorView?

  private struct Memory {
    let paddedBias: ArenaPlan.Slot
    let output: ArenaPlan.Slot
    /// The input's gradient where it is wanted.
    let gradient: ArenaPlan.Slot?
  }

  /// A layer with `outputs` features out, with a bias or without.
  public init(input: Shape, outputs: Int, bias hasBias: Bool = true) {
    inputShape = input
    outputShape = input.with(features: outputs)
    let bound = 1 / Float(input.features).squareRoot()
    weight = Parameter(
      "weight", shape: [outputs, input.features], initialization: .uniform(bound: bound), flattened: input)
    bias = hasBias ? Parameter("bias", shape: [outputs], initialization: .uniform(bound: bound)) : nil
  }

  /// `weight`, and `bias` if there is one.
  public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

  /// Each step by itself.
  public var lengthRule: LengthRule { .kept }

  /// Two per weight and step.
  public var operations: Int { 2 * weight.count * rowsPerSample }

  /// As many as forwards for the weights' gradients, and as many for the input's where it is wanted.
  public func backwardOperations(wantsInputGradient: Bool) -> Int { wantsInputGradient ? 2 * operations : operations }

  private var inputs: Int { inputShape.features }
  private var rowsPerSample: Int { inputShape.steps * inputShape.positions }
  private var outputs: Int { outputShape.features }

  /// Reserves the outputs, and the input's gradient where it is wanted.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    let rows = batch * rowsPerSample
    plan.sharedScratch(
      max(
        dpt_weight_gradient_scratch(inputs, outputs, plan.shards),
        dpt_weight_gradient_scratch(outputs, inputs, plan.shards),
        dpt_weights_product_scratch(inputs, outputs), dpt_weights_product_scratch(outputs, inputs)))
    memory = Memory(
      paddedBias: plan.persistent(paddedToLanes(outputs)), output: plan.activation(rows * paddedToLanes(outputs)),
      gradient: wantsInputGradient ? plan.gradient(rows * paddedToLanes(inputs)) : nil)
  }

  /// Pads the bias; the weights are read as they lie.
  public func pack(_ context: StepContext) {
    guard let memory, let bias else { return }
    context.arena[memory.paddedBias].update(from: context.values(bias), count: outputs)
  }

  /// y = x · Wᵀ + b.
  public func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    guard let memory else { preconditionFailure("forward before plan") }
    self.input = input
    let output = input.with(base: context.arena[memory.output], columns: outputs)
    multiply(input, transposed: true, bias: context.arena[memory.paddedBias], into: output, context)
    return output
  }

  /// The product of rows with the weights, or with these transposed.
  private func multiply(
    _ rows: TensorView, transposed: Bool, bias: UnsafePointer<Float>?, into result: TensorView, _ context: StepContext
  ) {
    var product = dpt_weights_product()
    product.a = UnsafePointer(rows.base)
    product.aStride = rows.stride
    product.inner = transposed ? inputs : outputs
    product.weights = UnsafePointer(context.values(weight))
    product.weightsStride = inputs
    product.transposed = transposed
    product.bias = bias
    product.c = result.base
    product.cStride = result.stride
    product.rows = result.rows
    product.columns = transposed ? outputs : inputs
    product.scratch = context.arena.scratch.baseAddress
    dpt_multiply_weights(&product)
  }

  /// ∂ℓ/∂W = Σ ∂ℓ/∂y ⊗ x, ∂ℓ/∂b = Σ ∂ℓ/∂y, ∂ℓ/∂x = ∂ℓ/∂y · W.
  public func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? {
    guard let memory, let input else { preconditionFailure("backward before forward") }
    context.weightGradient(input: input, output: gradient, outputs: outputs, target: context.gradient(weight))
    if let bias { context.biasGradient(output: gradient, outputs: outputs, target: context.gradient(bias)) }
    guard let slot = memory.gradient else { return nil }
    let result = gradient.with(base: context.arena[slot], columns: inputs)
    multiply(gradient, transposed: false, bias: nil, into: result, context)
    return result
  }
}
