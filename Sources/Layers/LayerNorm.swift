import CKernels
import Tensors

/// Normalisation over the features, for every step and pixel alone:
///
///     y = (x − mean x) / √(var x + ε) ⊙ weight + bias        var x = mean (x − mean x)²
///
/// The output has the input's shape; `weight` and `bias` [features] start at 1 and 0. Ba, Kiros & Hinton 2016; PyTorch's
/// `nn.LayerNorm` over the last dimension.
public final class LayerNorm: Layer {
  /// The recipe's name.
  public let kind = "layer-norm"
  /// The input's shape.
  public let outputShape: Shape
  /// Added to the variance.
  package let epsilon: Float
  private let weight: Parameter
  private let bias: Parameter
  private var memory: Memory?
  private var input: TensorView?

  private struct Memory {
    let output, statistics, scaled: ArenaPlan.Slot
    let gradient: ArenaPlan.Slot?
  }

  /// A layer for inputs of a shape.
  public init(input: Shape, epsilon: Double = 1e-5) {
    outputShape = input
    self.epsilon = Float(epsilon)
    func parameter(_ name: String, _ value: Float) -> Parameter {
      Parameter(name, shape: [input.features], initialization: .constant(value), flattened: input)
    }
    weight = parameter("weight", 1)
    bias = parameter("bias", 0)
  }

  /// `weight` and `bias`.
  public var parameters: [Parameter] { [weight, bias] }

  /// Each step by itself.
  public var lengthRule: LengthRule { .kept }

  /// Reserves the outputs, mean and deviation of every row, and what the gradients need.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    let floats = outputShape.paddedCount(batch: batch)
    memory = Memory(
      output: plan.activation(floats),
      statistics: plan.activation(2 * batch * outputShape.steps * outputShape.positions),
      scaled: plan.backwardScratch(floats), gradient: wantsInputGradient ? plan.gradient(floats) : nil)
  }

  /// The normalised rows.
  public func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    guard let memory else { preconditionFailure("forward before plan") }
    self.input = input
    let output = input.with(base: context.arena[memory.output], columns: input.columns)
    var rows = dpt_row_pass(input: input, result: output)
    var settings = settings(memory, context)
    dpt_layer_norm(&rows, &settings)
    return output
  }

  /// ∂ℓ/∂weight = Σ ∂ℓ/∂y ⊙ normalised x, ∂ℓ/∂bias = Σ ∂ℓ/∂y, and the gradient of the input.
  public func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? {
    guard let memory, let input else { preconditionFailure("backward before forward") }
    let result = memory.gradient.map { gradient.with(base: context.arena[$0], columns: gradient.columns) }
    let scaled = gradient.with(base: context.arena[memory.scaled], columns: gradient.columns)
    var rows = dpt_row_pass(input: input, gradient: gradient, result: result)
    var settings = settings(memory, context)
    dpt_layer_norm_gradient(&rows, &settings, scaled.base, scaled.stride)
    context.biasGradient(output: scaled, outputs: scaled.columns, target: context.gradient(weight))
    context.biasGradient(output: gradient, outputs: gradient.columns, target: context.gradient(bias))
    return result
  }

  private func settings(_ memory: Memory, _ context: StepContext) -> dpt_row_norm {
    dpt_row_norm(
      weight: UnsafePointer(context.values(weight)), bias: UnsafePointer(context.values(bias)), epsilon: epsilon,
      statistics: context.arena[memory.statistics])
  }
}
