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
  private let layers: [any Layer]

  /// Lists layers for inputs of a shape; each must have been made for the shape that the one before it gives.
  public init(input: Shape, layers: [any Layer]) {
    self.layers = layers
    outputShape = layers.last?.outputShape ?? input
    parameters = layers.named(\.parameters)
    buffers = layers.named(\.buffers)
    counters = layers.named(\.counters)
  }

  /// The layers, under no name of their own.
  public var parts: [(name: String, layers: [any Layer])] { [("", layers)] }
  /// That of all layers.
  public var lengthRule: LengthRule { .parts }

  /// Reserves the memory of all layers.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    Program(layers, &plan, batch: batch, wantsInputGradient: wantsInputGradient)
  }
}
