import CKernels
import Diagnostics
import Tensors

/// A residual connection: y = body(x) + shortcut(x), where the shortcut is the identity unless layers are given for it,
/// such as a 1×1 convolution. He, Zhang, Ren & Sun 2015.
///
/// Parameters are named `body.0.weight`, `shortcut.0.weight`, and so on.
public final class Residual: Layer, ReLUFusing {
  /// The recipe's name.
  public let kind = "residual"
  /// The body's output shape, which is the shortcut's, too.
  public let outputShape: Shape
  /// The body's and the shortcut's parameters.
  public let parameters: [Parameter]
  /// The body's and the shortcut's buffers.
  public let buffers: [Parameter]
  /// The body's and the shortcut's counters.
  public let counters: [Counter]
  private let inputShape: Shape
  private let body: LayerList
  private let shortcut: LayerList
  private var fusesReLU = false
  private var memory: Memory?
  private var output: TensorView?

  private struct Memory {
    let output: ArenaPlan.Slot
    /// The gradient that arrives, kept while the body's backward pass overwrites its own.
    let kept: ArenaPlan.Slot
    let gradient: ArenaPlan.Slot?
  }

  /// A block for inputs of a shape; no layers in `shortcut` mean the identity.
  /// - Throws: `Failure` (configuration) where body and shortcut give different shapes.
  public init(input: Shape, body: [any Layer], shortcut: [any Layer] = []) throws {
    inputShape = input
    var (main, side) = (LayerList(body, input: input), LayerList(shortcut, input: input))
    guard side.outputShape == main.outputShape else {
      throw Failure(
        .configuration,
        "the body gives \(main.outputShape.words), but the \(shortcut.isEmpty ? "input" : "shortcut") \(side.outputShape)",
        advice: "both are added, so a shortcut must bring the input to the body's shape, such as a 1×1 convolution")
    }
    if main.outputShape.flattenedFrom != side.outputShape.flattenedFrom {
      // Values are added to those that PyTorch has in the same place.
      (main, side) = (main.inChannelOrder(), side.inChannelOrder())
    }
    (self.body, self.shortcut) = (main, side)
    outputShape = main.outputShape
    let (inner, beside) = (self.body, self.shortcut)
    func named<Part: Named>(_ parts: (any Layer) -> [Part]) -> [Part] {
      inner.named("body.", parts) + beside.named("shortcut.", parts)
    }
    parameters = named { $0.parameters }
    buffers = named { $0.buffers }
    counters = named { $0.counters }
  }

  /// `body` and `shortcut`; the latter has no layers where it is the identity.
  public var parts: [(name: String, layers: [any Layer])] { [("body", body.layers), ("shortcut", shortcut.layers)] }

  /// Those of body and shortcut.
  public var stateCarriers: [any StateCarrying] { body.stateCarriers + shortcut.stateCarriers }

  /// That of body and shortcut, which must agree.
  public var lengthRule: LengthRule { .parts }

  /// Those of body and shortcut.
  public var operations: Int { body.operations + shortcut.operations }

  /// Where a layer inside does.
  public var sumsBuffers: Bool { body.sumsBuffers || shortcut.sumsBuffers }

  /// Renews those of body and shortcut.
  public func updateBuffers(from sums: UnsafePointer<Float>, _ context: StepContext) {
    body.updateBuffers(from: sums, context)
    shortcut.updateBuffers(from: sums, context)
  }

  /// Those of body and shortcut.
  public func backwardOperations(wantsInputGradient: Bool) -> Int {
    body.backwardOperations(wantsInputGradient: wantsInputGradient)
      + shortcut.backwardOperations(wantsInputGradient: wantsInputGradient)
  }

  /// Negative outputs become 0 at once.
  public func fuseReLU() { fusesReLU = true }

  /// Plans the shortcut before the body, so that going backwards the body comes first.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    shortcut.plan(&plan, batch: batch, wantsInputGradient: wantsInputGradient)
    body.plan(&plan, batch: batch, wantsInputGradient: wantsInputGradient)
    plan.advance()
    func floats(_ shape: Shape) -> Int { batch * shape.positions * shape.steps * paddedToLanes(shape.features) }
    memory = Memory(
      output: plan.activation(floats(outputShape)),
      kept: plan.gradient(floats(outputShape)),
      gradient: wantsInputGradient ? plan.gradient(floats(inputShape)) : nil)
  }

  /// Packs body and shortcut.
  public func pack(_ context: StepContext) {
    shortcut.pack(context)
    body.pack(context)
  }

  /// The sum.
  /// - Throws: as the layers inside.
  public func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    guard let memory else { preconditionFailure("forward before plan") }
    let lengths = context.lengths
    let direct = try shortcut.forward(input, context)
    context.lengths = lengths
    let transformed = try body.forward(input, context)
    let output = transformed.with(base: context.arena[memory.output], columns: transformed.columns)
    add(direct, transformed, to: output, relu: fusesReLU)
    self.output = output
    return output
  }

  /// The gradient goes both ways, and what comes back adds up.
  /// - Throws: as the layers inside.
  public func backward(_ gradient: TensorView, _ context: StepContext) throws -> TensorView? {
    guard let memory, let output else { preconditionFailure("backward before forward") }
    if fusesReLU { dpt_relu_back(output.base, gradient.base, gradient.rows * gradient.stride) }
    let kept = gradient.with(base: context.arena[memory.kept], columns: gradient.columns)
    kept.base.update(from: gradient.base, count: gradient.rows * gradient.stride)
    let transformed = try body.backward(gradient, context)
    guard let slot = memory.gradient else {
      _ = try shortcut.backward(kept, context)
      return nil
    }
    guard let transformed else { return nil }
    let result = transformed.with(base: context.arena[slot], columns: transformed.columns)
    if shortcut.isIdentity {
      add(kept, transformed, to: result, relu: false)
    } else {
      // The shortcut's backward pass may use the memory that the body's gradient lies in.
      result.base.update(from: transformed.base, count: result.rows * result.stride)
      guard let direct = try shortcut.backward(kept, context) else { return nil }
      add(direct, result, to: result, relu: false)
    }
    return result
  }

  private func add(_ a: TensorView, _ b: TensorView, to sum: TensorView, relu: Bool) {
    let add = relu ? dpt_add_relu : dpt_add
    if a.stride == sum.stride, b.stride == sum.stride {
      add(a.base, b.base, sum.base, sum.rows * sum.stride)
    } else {
      // Raw inputs lie closer than whole lanes.
      for row in 0..<sum.rows {
        add(a.base + row * a.stride, b.base + row * b.stride, sum.base + row * sum.stride, sum.stride)
      }
    }
  }
}
