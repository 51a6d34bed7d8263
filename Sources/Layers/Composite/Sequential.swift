import Tensors

/// Several layers as one, as PyTorch's `nn.Sequential`. Parameters are named `0.weight`, ...
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

  /// Combines layers for inputs of a shape. Each must have been made for the output shape of the layer before.
  public init(input: Shape, layers: [any Layer]) {
    self.layers = layers
    outputShape = layers.last?.outputShape ?? input
    parameters = layers.named(\.parameters)
    buffers = layers.named(\.buffers)
    counters = layers.named(\.counters)
  }

  /// The layers, with an empty prefix.
  public var parts: [(name: String, layers: [any Layer])] { [("", layers)] }
  /// The rules of all layers.
  public var lengthRule: LengthRule { .parts }

  /// Reserves the memory of all layers.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    Program(layers, &plan, batch: batch, wantsInputGradient: wantsInputGradient)
  }
}
