import Tensors

/// Several layers as one, as PyTorch's `nn.Sequential`. Parameters are named `0.weight`, ..., unless layers have names.
public final class Sequential: Layer, PlacedLayer {
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
  private let inputShape: Shape
  private let list: LayerPart

  /// Combines layers for inputs of a shape. Each must have been made for the output shape of the layer before.
  public convenience init(input: Shape, layers: [any Layer]) { self.init(input: input, LayerPart(layers)) }

  /// Combines a list of layers, which may have names.
  public init(input: Shape, _ list: LayerPart) {
    self.list = list
    inputShape = input
    outputShape = list.outputShape(for: input)
    parameters = list.named(\.parameters)
    buffers = list.named(\.buffers)
    counters = list.named(\.counters)
  }

  /// The layers.
  public var parts: [LayerPart] { [list] }
  /// The rules of all layers.
  public var lengthRule: LengthRule { .parts }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the memory of all layers.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    makePass(&plan, batch: batch, wantsInputGradient: wantsInputGradient, output: nil)
  }

  func writesColumns(keepsOutputs: Bool) -> Bool {
    Program.writesColumns(list.layers, keepsOutputs: keepsOutputs)
  }

  func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, output: OutputRows?) -> any Pass {
    Program(
      list.layers, input: inputShape, &plan, batch: batch, wantsInputGradient: wantsInputGradient, output: output)
  }
}
