import Tensors

/// Layers one after the other, as a model and the layers that hold others run them.
public struct LayerList {
  /// The layers, first to last.
  public let layers: [any Layer]
  /// Those that run: a ReLU behind a layer that can apply it as it writes its outputs does not.
  private let running: [any Layer]
  /// The shape of one output sample.
  public let outputShape: Shape

  /// Lists layers; each must have been made for the shape that the one before it gives.
  public init(_ layers: [any Layer], input: Shape) {
    self.layers = layers
    running = layers.enumerated().filter { index, layer in
      guard layer is ReLU, index > 0, let before = layers[index - 1] as? any ReLUFusing else { return true }
      before.fuseReLU()
      return false
    }.map(\.element)
    outputShape = layers.last?.outputShape ?? input
  }

  /// All parameters, first layer first, under the names that PyTorch's `nn.Sequential` gives: `0.weight`, ...
  func named(_ prefix: String, _ tensors: (any Layer) -> [Parameter]) -> [(name: String, parameter: Parameter)] {
    layers.enumerated().flatMap { index, layer in
      tensors(layer).map { ("\(prefix)\(index).\($0.name)", $0) }
    }
  }

  /// What carries states within.
  var stateCarriers: [any StateCarrying] { layers.flatMap(\.stateCarriers) }

  /// Floating-point operations of one sample's forward pass.
  var operations: Int { layers.reduce(0) { $0 + $1.operations } }

  /// Reserves the memory of all layers.
  func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    for (index, layer) in running.enumerated() {
      plan.advance()
      layer.plan(&plan, batch: batch, wantsInputGradient: wantsInputGradient || index > 0)
    }
  }

  /// Renews what the layers derive from the parameters.
  func pack(_ context: StepContext) {
    for layer in running { layer.pack(context) }
  }

  /// The outputs for a batch.
  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    var activation = input
    for layer in running { activation = try layer.forward(activation, context) }
    return activation
  }

  /// All parameters' gradients, and that of the input where it is wanted.
  func backward(_ gradient: TensorView, _ context: StepContext) throws -> TensorView? {
    var gradient = gradient
    for layer in running.reversed() {
      guard let next = try layer.backward(gradient, context) else { return nil }
      gradient = next
    }
    return gradient
  }
}
