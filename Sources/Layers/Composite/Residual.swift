import CKernels
import Diagnostics
import Tensors

/// A residual connection: y = body(x) + shortcut(x). The shortcut is the identity unless it has layers, such as a 1×1
/// convolution. He, Zhang, Ren & Sun 2015.
///
/// Parameters are named `body.0.weight`, `shortcut.0.weight`, and so on, unless layers have names.
public final class Residual: Layer {
  /// The recipe's name.
  public let kind = "residual"
  /// The output shape of body and shortcut.
  public let outputShape: Shape
  /// The body's and the shortcut's parameters.
  public let parameters: [Parameter]
  /// The body's and the shortcut's buffers.
  public let buffers: [Parameter]
  /// The body's and the shortcut's counters.
  public let counters: [Counter]
  fileprivate let inputShape: Shape
  /// `body` and `shortcut`; the latter has no layers if it is the identity.
  public let parts: [LayerPart]

  /// A residual connection for inputs of a shape; an empty `shortcut` is the identity.
  /// - Throws: `Failure` (configuration) if body and shortcut give different shapes.
  public convenience init(input: Shape, body: [any Layer], shortcut: [any Layer] = []) throws {
    try self.init(input: input, body: LayerPart(body, name: "body"), shortcut: LayerPart(shortcut, name: "shortcut"))
  }

  /// The same of lists of layers, which may have names.
  /// - Throws: as the other.
  public init(input: Shape, body: LayerPart, shortcut: LayerPart) throws {
    let (main, side) = (body.outputShape(for: input), shortcut.outputShape(for: input))
    guard side == main else {
      throw Failure(
        .configuration,
        "the body gives \(main.text), but the \(shortcut.layers.isEmpty ? "input" : "shortcut") \(side)",
        advice: "both are added, so a shortcut must bring the input to the body's shape, such as a 1×1 convolution")
    }
    inputShape = input
    // PyTorch adds values in its own order, so both must have the same.
    outputShape = main.flattenedFrom == side.flattenedFrom ? main : .vector(main.count)
    parts = [body, shortcut]
    parameters = parts.flatMap { $0.named(\.parameters) }
    buffers = parts.flatMap { $0.named(\.buffers) }
    counters = parts.flatMap { $0.named(\.counters) }
  }

  /// The rules of body and shortcut, which must agree.
  public var lengthRule: LengthRule { .parts }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the memory of all layers, the sum, and the input's gradient if it is wanted.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    ResidualPass(self, &plan, batch: batch, wantsInputGradient: wantsInputGradient, appliesReLU: false)
  }

  /// The layers as they run. If only one side has another order than PyTorch's, its outputs are put in that order.
  fileprivate var running: (body: [any Layer], shortcut: [any Layer]) {
    let (main, side) = (parts[0].outputShape(for: inputShape), parts[1].outputShape(for: inputShape))
    let (body, shortcut) = (parts[0].layers, parts[1].layers)
    guard main.flattenedFrom != side.flattenedFrom else { return (body, shortcut) }
    return (body.inChannelOrder(input: inputShape), shortcut.inChannelOrder(input: inputShape))
  }
}

/// The pass of a residual connection, followed by a ReLU if `appliesReLU`.
struct ResidualPass: Pass {
  private let body, shortcut: Program
  private let appliesReLU: Bool
  private let output: ArenaPlan.Slot
  /// A copy of the outputs' gradient, if the body's backward pass may overwrite the original.
  private let kept: ArenaPlan.Slot?

  /// Plans the shortcut before the body, since the backward pass runs the body first.
  init(_ layer: Residual, _ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, appliesReLU: Bool) {
    self.appliesReLU = appliesReLU
    let layers = layer.running
    shortcut = Program(
      layers.shortcut, input: layer.inputShape, &plan, batch: batch, wantsInputGradient: wantsInputGradient)
    body = Program(
      layers.body, input: layer.inputShape, &plan, batch: batch, wantsInputGradient: wantsInputGradient)
    plan.advance()
    let count = layer.outputShape.paddedCount(batch: batch)
    output = plan.activationValues(count)
    kept = body.overwritesGradient ? plan.gradientValues(count) : nil
  }

  var stateCarriers: [any StateCarrying] { body.stateCarriers + shortcut.stateCarriers }

  func pack(_ context: StepContext) {
    shortcut.pack(context)
    body.pack(context)
  }

  func updateBuffers(from sums: UnsafePointer<Float>, _ context: StepContext) {
    body.updateBuffers(from: sums, context)
    shortcut.updateBuffers(from: sums, context)
  }

  /// The sum of body and shortcut.
  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    let direct = try shortcut.forward(input, context)
    let transformed = try body.forward(input, context)
    let result = transformed.with(base: context.arena.values(output), columns: transformed.columns)
    add(direct, transformed, to: result, relu: appliesReLU)
    return result
  }

  /// The sum of the input's gradients of body and shortcut.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) throws -> TensorView? {
    let kept = kept.map { gradient.with(base: context.arena.values($0), columns: gradient.columns) } ?? gradient
    let count = gradient.rows * gradient.stride
    if appliesReLU {
      dpt_relu_back(
        output.base.precision.kernel, output.base.address, gradient.base.address,
        self.kept == nil ? nil : kept.base.address, count)
    } else if self.kept != nil {
      kept.base.update(from: gradient.base, count: count)
    }
    let transformed = try body.backward(gradient, context)
    if let transformed, try shortcut.backward(kept, addingTo: transformed, context) { return transformed }
    let direct = try shortcut.backward(kept, context)
    guard let transformed, let direct else { return nil }
    add(direct, transformed, to: transformed, relu: false)
    return transformed
  }

  private func add(_ a: TensorView, _ b: TensorView, to sum: TensorView, relu: Bool) {
    // Rows of raw inputs are not padded.
    let isDense = a.stride == sum.stride && b.stride == sum.stride
    let (count, rows) = isDense ? (sum.rows * sum.stride, 1) : (sum.stride, sum.rows)
    func address(_ view: TensorView, _ row: Int) -> UnsafeMutableRawPointer { (view.base + row * view.stride).address }
    for row in 0..<rows {
      dpt_add_values(
        sum.base.precision.kernel, address(a, row), address(b, row), address(sum, row), count, relu)
    }
  }
}
