import Tensors

/// Layers one after the other as one layer, as PyTorch's `nn.Sequential`; parameters are named `0.weight`, ...
public final class Sequential: Layer {
  /// The recipe's name.
  public let kind = "sequential"
  /// The last layer's output shape.
  public let outputShape: Shape
  /// All layers' parameters, first layer first.
  public let parameters: [Parameter]
  /// All layers' buffers.
  public let buffers: [Parameter]
  /// All layers' counters.
  public let counters: [Counter]
  private let list: LayerList

  /// Lists layers for inputs of a shape; each must have been made for the shape that the one before it gives.
  public init(input: Shape, layers: [any Layer]) {
    list = LayerList(layers, input: input)
    outputShape = list.outputShape
    parameters = list.named { $0.parameters }
    buffers = list.named { $0.buffers }
    counters = list.named { $0.counters }
  }

  /// The layers, under no name of their own.
  public var parts: [(name: String, layers: [any Layer])] { [("", list.layers)] }
  /// That of all layers.
  public var lengthRule: LengthRule { .parts }
  /// Those of all layers.
  public var operations: Int { list.operations }
  /// Those of all layers.
  public var stateCarriers: [any StateCarrying] { list.stateCarriers }
  /// Where a layer inside does.
  public var sumsBuffers: Bool { list.sumsBuffers }

  /// Those of all layers.
  public func backwardOperations(wantsInputGradient: Bool) -> Int {
    list.backwardOperations(wantsInputGradient: wantsInputGradient)
  }

  /// Reserves the memory of all layers.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    list.plan(&plan, batch: batch, wantsInputGradient: wantsInputGradient)
  }

  /// Packs all layers' weights.
  public func pack(_ context: StepContext) { list.pack(context) }

  /// The last layer's outputs.
  /// - Throws: as the layers inside.
  public func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    try list.forward(input, context)
  }

  /// Through the layers from the last to the first.
  /// - Throws: as the layers inside.
  public func backward(_ gradient: TensorView, _ context: StepContext) throws -> TensorView? {
    try list.backward(gradient, context)
  }

  /// Renews all layers' buffers.
  public func updateBuffers(from sums: UnsafePointer<Float>, _ context: StepContext) {
    list.updateBuffers(from: sums, context)
  }
}
