import CKernels
import Tensors

/// The leaky rectifier with slopes that are learned: y = x if x > 0, otherwise weight · x.
///
/// `weight` [1], or [features] with a slope for each feature or channel, starts at 0.25. Its gradient is the sum of x ∂ℓ/∂y over
/// all x that are not positive. The output has the input's shape. He, Zhang, Ren & Sun 2015; PyTorch's `nn.PReLU`, whose
/// channels are the features here.
public final class PReLU: Layer {
  /// The recipe's name.
  public let kind = "prelu"
  /// The input's shape.
  public let outputShape: Shape
  package let weight: Parameter

  /// A layer for inputs of a shape with one slope, or with one for each feature if `parameters` is their number.
  public init(input: Shape, parameters: Int = 1) {
    precondition(parameters == 1 || parameters == input.features, "\(parameters) slopes for \(input.features) features")
    outputShape = input
    let initialization = Initialization.constant(0.25)
    weight =
      parameters == 1
      ? Parameter("weight", shape: [1], initialization: initialization)
      : Parameter("weight", shape: [parameters], initialization: initialization, flattened: input)
  }

  /// `weight`.
  public var parameters: [Parameter] { [weight] }
  /// Whether all features have the same slope.
  package var isShared: Bool { weight.count == 1 }

  /// Steps are independent.
  public var lengthRule: LengthRule { .kept }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs, the input's gradient if it is wanted, and the products that the weight's gradient sums.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    let count = outputShape.paddedCount(batch: batch)
    return PReLUPass(
      layer: self, output: plan.activationValues(count),
      products: plan.backwardScratch(outputShape.with(features: weight.count).paddedCount(batch: batch)),
      gradient: wantsInputGradient ? plan.gradientValues(count) : nil)
  }
}

private struct PReLUPass: Pass {
  let layer: PReLU
  let output, products: ArenaPlan.Slot
  let gradient: ArenaPlan.Slot?

  /// The rectified values.
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let result = input.with(base: context.arena.values(output), columns: input.columns)
    var rows = dpt_row_pass(input: input, result: result)
    dpt_prelu(&rows, context.values(layer.weight), layer.isShared)
    return result
  }

  /// The gradient of the weight, and of the input.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    let result = self.gradient.map { gradient.with(base: context.arena.values($0), columns: gradient.columns) }
    let products = gradient.with(base: context.arena[products], columns: layer.weight.count)
    var rows = dpt_row_pass(input: input, gradient: gradient, result: result)
    dpt_prelu_gradient(&rows, context.values(layer.weight), layer.isShared, products.base.floats, products.stride)
    context.biasGradient(output: products, outputs: products.columns, target: context.gradient(layer.weight))
    return result
  }
}
