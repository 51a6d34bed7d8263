import CKernels
import Tensors

/// Group normalization: channels are divided into groups of as many, and each sample's groups are normalized by themselves:
///
///     y = (x − μ) / √(σ² + ε) ⊙ weight + bias,  μ and σ² over the group's channels and all pixels or valid steps
///
/// Any input shape; channels last. `weight` and `bias` [channels] start at 1 and 0. A channel is summed over a sample's rows in
/// blocks of 64, whose sums are added in ascending order, then the channels of a group in ascending order; so a sample has the
/// same bits in any batch. Wu & He 2018; PyTorch's `nn.GroupNorm`.
public class GroupNorm: Layer {
  /// The recipe's name.
  public let kind: String
  /// The input's shape.
  public let outputShape: Shape
  /// The number of groups.
  package let groups: Int
  /// Added to the variance.
  package let epsilon: Float
  package let weight, bias: Parameter?

  /// A layer for inputs of a shape; `groups` divides the number of channels. Without `affine` there are no weight and bias.
  public convenience init(input: Shape, groups: Int, epsilon: Double = 1e-5, affine: Bool = true) {
    self.init(kind: "group-norm", input: input, groups: groups, epsilon: epsilon, affine: affine)
  }

  init(kind: String, input: Shape, groups: Int, epsilon: Double, affine: Bool) {
    precondition(groups > 0 && input.features.isMultiple(of: groups), "\(groups) groups of \(input.features) channels")
    precondition(groups == 1 || input.flattenedFrom == nil, "PyTorch's groups of a flattened image are others")
    self.kind = kind
    outputShape = input
    self.groups = groups
    self.epsilon = Float(epsilon)
    func parameter(_ name: String, _ value: Float) -> Parameter? {
      affine
        ? Parameter(name, shape: [input.features], initialization: .constant(value), flattened: input) : nil
    }
    weight = parameter("weight", 1)
    bias = parameter("bias", 0)
  }

  /// `weight` and `bias`, if there are any.
  public var parameters: [Parameter] { [weight, bias].compactMap(\.self) }

  /// Only valid steps count.
  public var lengthRule: LengthRule { .kept }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs, each sample's statistics, and the gradients' memory.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    let count = outputShape.paddedCount(batch: batch)
    let padded = paddedToLanes(outputShape.features)
    plan.sharedScratch(3 * padded)
    return GroupNormPass(
      layer: self, output: plan.activationValues(count), statistics: plan.activation(2 * batch * padded),
      sums: plan.backwardScratch(2 * batch * padded), gradient: wantsInputGradient ? plan.gradientValues(count) : nil)
  }
}

private struct GroupNormPass: Pass {
  let layer: GroupNorm
  let output, statistics, sums: ArenaPlan.Slot
  let gradient: ArenaPlan.Slot?

  /// The normalized samples.
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let result = input.with(base: context.arena.values(output), columns: input.columns)
    var rows = dpt_row_pass(input: input, result: result)
    var settings = settings(input, context)
    dpt_group_norm(&rows, &settings)
    return result
  }

  /// ∂ℓ/∂weight = Σ ∂ℓ/∂y ⊙ normalized x, ∂ℓ/∂bias = Σ ∂ℓ/∂y, and the gradient of the input.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    let result = self.gradient.map { gradient.with(base: context.arena.values($0), columns: gradient.columns) }
    var rows = dpt_row_pass(input: input, gradient: gradient, result: result)
    var settings = settings(input, context)
    dpt_group_norm_gradient(&rows, &settings, context.arena[sums])
    add(of: layer.bias, from: 0, input, context)
    add(of: layer.weight, from: paddedToLanes(input.columns), input, context)
    return result
  }

  /// Adds a parameter's sums of all samples, which begin at a float of each sample's.
  private func add(of parameter: Parameter?, from first: Int, _ input: TensorView, _ context: StepContext) {
    guard let parameter else { return }
    let sums = TensorView(
      base: context.arena[sums] + first, batch: input.batch, columns: input.columns,
      stride: 2 * paddedToLanes(input.columns))
    context.biasGradient(output: sums, outputs: sums.columns, target: context.gradient(parameter))
  }

  private func settings(_ input: TensorView, _ context: StepContext) -> dpt_group_norm_settings {
    let isSequence = input.starts == nil && input.positions == 1
    return dpt_group_norm_settings(
      batch: input.batch, groups: layer.groups, starts: input.starts, rows: input.steps * input.positions,
      step: isSequence ? input.batch : 1, distance: isSequence ? 1 : input.positions,
      weight: layer.weight.map { UnsafePointer(context.values($0)) },
      bias: layer.bias.map { UnsafePointer(context.values($0)) }, epsilon: layer.epsilon,
      statistics: context.arena[statistics], scratch: context.arena.scratch.baseAddress)
  }
}
