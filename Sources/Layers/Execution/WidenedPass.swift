import Tensors

/// A layer that knows only floats, in a plan of another precision: its inputs and the gradient of its outputs are given to it as
/// floats, and what it makes of them is rounded.
final class WidenedPass: Pass {
  private let pass: any Pass
  /// The inputs as floats; nil if that is what they are.
  private let input: ArenaPlan.Slot?
  private let output: ArenaPlan.Slot
  /// The gradient of the outputs as floats, and the rounded gradient of the inputs if it is wanted.
  private let gradient: ArenaPlan.Slot
  private let inputGradient: ArenaPlan.Slot?
  /// What the pass was given and gave last.
  private var floats: (input: TensorView, output: TensorView)?

  /// Plans a layer, or several that run as one, for inputs of a shape; `makePass` gets a plan of float32.
  init(
    _ plan: inout ArenaPlan, input: Shape, output: Shape, batch: Int, wantsInputGradient: Bool,
    makePass: (inout ArenaPlan) -> any Pass
  ) {
    // The layer may take several ticks: these are needed before its first and after its last.
    let count = input.paddedCount(batch: batch)
    self.input = plan.inputPrecision.isRounded ? plan.activation(count) : nil
    inputGradient = wantsInputGradient ? plan.gradientValues(count) : nil
    pass = plan.with(precision: .float32, makePass)
    let outputCount = output.paddedCount(batch: batch)
    self.output = plan.activationValues(outputCount)
    gradient = plan.gradient(outputCount)
  }

  var stateCarriers: [any StateCarrying] { pass.stateCarriers }

  var overwritesGradient: Bool { false }

  func pack(_ context: StepContext) { pass.pack(context) }

  func updateBuffers(from sums: UnsafePointer<Float>, _ context: StepContext) {
    pass.updateBuffers(from: sums, context)
  }

  /// The rounded outputs.
  /// - Throws: as the layer's pass.
  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    let input =
      self.input.map { input.converted(to: context.arena.values($0), stride: paddedToLanes(input.columns)) } ?? input
    let output = try pass.forward(input, context)
    floats = (input, output)
    return output.converted(to: context.arena.values(self.output), stride: paddedToLanes(output.columns))
  }

  /// The rounded gradient of the input.
  /// - Throws: as the layer's pass.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) throws -> TensorView? {
    guard let floats else { preconditionFailure("a backward pass without a forward pass") }
    let gradient = gradient.converted(to: context.arena.values(self.gradient), stride: paddedToLanes(gradient.columns))
    let result = try pass.backward(gradient, input: floats.input, output: floats.output, context)
    guard let inputGradient, let result else { return nil }
    return result.converted(to: context.arena.values(inputGradient), stride: paddedToLanes(result.columns))
  }
}
