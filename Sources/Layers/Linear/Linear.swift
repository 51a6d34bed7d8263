import CKernels
import Tensors

/// An affine map of the features: y = x · Wᵀ + b, applied to every step of a sequence and every pixel of an image.
///
/// Input (…, inputs), output (…, outputs). `weight` [outputs, inputs] and the optional `bias` [outputs] start uniform in
/// ±1/√inputs, as PyTorch's `nn.Linear`.
public final class Linear: Layer, PlacedLayer {
  /// The recipe's name.
  public let kind = "linear"
  /// The input's shape with its features replaced.
  public let outputShape: Shape
  fileprivate let inputShape: Shape
  /// [outputs, inputs].
  package let weight: Parameter
  /// [outputs]; nil if there is none.
  package let bias: Parameter?

  /// A layer with `outputs` output features, with or without a bias.
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

  /// Steps are independent.
  public var lengthRule: LengthRule { .kept }

  /// Two per weight and step.
  public var operations: Int { 2 * weight.count * rowsPerSample }

  /// Those of the forward pass for the weights' gradients, and as many for the input's gradient if it is wanted.
  public func backwardOperations(wantsInputGradient: Bool) -> Int { wantsInputGradient ? 2 * operations : operations }

  fileprivate var inputs: Int { inputShape.features }
  fileprivate var outputs: Int { outputShape.features }
  private var rowsPerSample: Int { inputShape.steps * inputShape.positions }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs, and the input's gradient if it is wanted.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    makePass(&plan, batch: batch, wantsInputGradient: wantsInputGradient, output: nil)
  }

  func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, output: OutputRows?) -> any Pass {
    let (precision, rows) = (plan.precision.kernel, batch * rowsPerSample)
    plan.sharedScratch(
      max(
        dpt_weight_gradient_scratch(precision, inputs, outputs, plan.shards),
        dpt_weight_gradient_scratch(precision, outputs, inputs, plan.shards),
        dpt_weights_product_scratch(precision, rows, inputs, outputs),
        dpt_weights_product_scratch(precision, rows, outputs, inputs)))
    return LinearPass(
      layer: self, precision: plan.precision, paddedBias: plan.persistent(paddedToLanes(outputs)),
      output: output ?? OutputRows(&plan, shape: outputShape, batch: batch),
      gradient: wantsInputGradient ? plan.gradientValues(inputShape.paddedCount(batch: batch)) : nil)
  }
}

private struct LinearPass: Pass {
  let layer: Linear
  /// That of the products. A model's last layer gives floats, whatever it is.
  let precision: Precision
  let paddedBias: ArenaPlan.Slot
  let output: OutputRows
  let gradient: ArenaPlan.Slot?

  /// Pads the bias. The weights are not packed.
  func pack(_ context: StepContext) {
    guard let bias = layer.bias else { return }
    context.arena[paddedBias].update(from: context.values(bias), count: layer.outputs)
  }

  /// y = x · Wᵀ + b.
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let result = output.view(like: input, columns: layer.outputs, context)
    multiply(input, transposed: true, bias: context.arena[paddedBias], into: result, context)
    return result
  }

  /// ∂ℓ/∂W = Σ ∂ℓ/∂y ⊗ x, ∂ℓ/∂b = Σ ∂ℓ/∂y, ∂ℓ/∂x = ∂ℓ/∂y · W.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    let outputs = layer.outputs
    context.weightGradient(input: input, output: gradient, outputs: outputs, target: context.gradient(layer.weight))
    if let bias = layer.bias {
      context.biasGradient(output: gradient, outputs: outputs, target: context.gradient(bias))
    }
    guard let slot = self.gradient else { return nil }
    let result = gradient.with(base: context.arena.values(slot), columns: layer.inputs)
    multiply(gradient, transposed: false, bias: nil, into: result, context)
    return result
  }

  /// The product of rows with the weights or their transpose.
  private func multiply(
    _ rows: TensorView, transposed: Bool, bias: UnsafePointer<Float>?, into result: TensorView, _ context: StepContext
  ) {
    let (inputs, outputs) = (layer.inputs, layer.outputs)
    var product = dpt_weights_product()
    product.precision = precision.kernel
    (product.aPrecision, product.cPrecision) = (rows.base.precision.kernel, result.base.precision.kernel)
    product.a = UnsafeRawPointer(rows.base.address)
    product.aStride = rows.stride
    product.inner = transposed ? inputs : outputs
    product.weights = UnsafePointer(context.values(layer.weight))
    product.weightsStride = inputs
    product.transposed = transposed
    product.bias = bias
    product.c = result.base.address
    product.cStride = result.stride
    product.rows = result.rows
    product.columns = transposed ? outputs : inputs
    product.scratch = context.arena.scratch.baseAddress
    dpt_multiply_weights(&product)
  }
}
