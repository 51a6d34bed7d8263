import CKernels
import Tensors

/// An affine map of the features: y = x · Wᵀ + b, applied to every step of a sequence and every pixel of an image.
///
/// Input (…, inputs), output (…, outputs); `weight` [outputs, inputs] and `bias` [outputs] start uniform in
/// ±1/√inputs, as PyTorch's `nn.Linear`.
public final class Linear: Layer {
  /// The recipe's name.
  public let kind = "linear"
  /// The input's shape with its features replaced.
  public let outputShape: Shape
  private let inputShape: Shape
  /// [outputs, inputs].
  package let weight: Parameter
  /// [outputs].
  package let bias: Parameter
  private var memory: Memory?
  private var input: TensorView?

  private struct Memory {
    let packed: ArenaPlan.Slot
    let paddedBias: ArenaPlan.Slot
    let output: ArenaPlan.Slot
    /// Packed weights of the backward pass, and the gradient they give.
    let back: (packed: ArenaPlan.Slot, gradient: ArenaPlan.Slot)?
  }

  /// A layer with `outputs` features out.
  public init(input: Shape, outputs: Int) {
    inputShape = input
    outputShape = input.with(features: outputs)
    let bound = 1 / Float(input.features).squareRoot()
    weight = Parameter(
      "weight", shape: [outputs, input.features], initialization: .uniform(bound: bound), flattened: input)
    bias = Parameter("bias", shape: [outputs], initialization: .uniform(bound: bound))
  }

  /// `weight` and `bias`.
  public var parameters: [Parameter] { [weight, bias] }

  /// Two per weight and step.
  public var operations: Int { 2 * weight.count * rowsPerSample }

  /// As many as forwards for the weights' gradients, and as many for the input's where it is wanted.
  public func backwardOperations(wantsInputGradient: Bool) -> Int { wantsInputGradient ? 2 * operations : operations }

  private var inputs: Int { inputShape.features }
  private var rowsPerSample: Int { inputShape.steps * inputShape.positions }
  private var outputs: Int { outputShape.features }

  /// Reserves the packed weights, the outputs, and the input's gradient where it is wanted.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    let rows = batch * rowsPerSample
    plan.sharedScratch(
      max(
        dpt_weight_gradient_scratch(inputs, outputs, plan.shards),
        dpt_weight_gradient_scratch(outputs, inputs, plan.shards)))
    memory = Memory(
      packed: plan.persistent(dpt_packed_count(inputs, outputs)),
      paddedBias: plan.persistent(paddedToLanes(outputs)),
      output: plan.activation(rows * paddedToLanes(outputs)),
      back: wantsInputGradient
        ? (plan.persistent(dpt_packed_count(outputs, inputs)), plan.gradient(rows * paddedToLanes(inputs))) : nil)
  }

  /// Packs the weights for both directions.
  public func pack(_ context: StepContext) {
    guard let memory else { return }
    let weights = context.values(weight)
    dpt_pack_transposed(weights, outputs, inputs, inputs, context.arena[memory.packed])
    context.arena[memory.paddedBias].update(from: context.values(bias), count: outputs)
    if let back = memory.back {
      dpt_pack(weights, outputs, inputs, inputs, context.arena[back.packed])
    }
  }

  /// y = x · Wᵀ + b.
  public func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    guard let memory else { preconditionFailure("forward before plan") }
    self.input = input
    let output = input.with(base: context.arena[memory.output], columns: outputs)
    var product = dpt_product()
    product.a = UnsafePointer(input.base)
    product.aStride = input.stride
    product.segments = 1
    product.segmentLength = inputs
    product.b = UnsafePointer(context.arena[memory.packed])
    product.bias = UnsafePointer(context.arena[memory.paddedBias])
    product.c = output.base
    product.cStride = output.stride
    product.rows = output.rows
    product.columns = outputs
    product.start = DPT_START_BIAS
    dpt_multiply(&product)
    return output
  }

  /// ∂ℓ/∂W = Σ ∂ℓ/∂y ⊗ x, ∂ℓ/∂b = Σ ∂ℓ/∂y, ∂ℓ/∂x = ∂ℓ/∂y · W.
  public func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? {
    guard let memory, let input else { preconditionFailure("backward before forward") }
    context.weightGradient(input: input, output: gradient, outputs: outputs, target: context.gradient(weight))
    context.biasGradient(output: gradient, outputs: outputs, target: context.gradient(bias))
    guard let back = memory.back else { return nil }
    let result = gradient.with(base: context.arena[back.gradient], columns: inputs)
    var product = dpt_product()
    product.a = UnsafePointer(gradient.base)
    product.aStride = gradient.stride
    product.segments = 1
    product.segmentLength = outputs
    product.b = UnsafePointer(context.arena[back.packed])
    product.c = result.base
    product.cStride = result.stride
    product.rows = gradient.rows
    product.columns = inputs
    product.start = DPT_START_ZERO
    dpt_multiply(&product)
    return result
  }
}
