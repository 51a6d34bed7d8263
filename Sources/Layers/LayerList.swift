import Tensors

/// Layers one after the other, as a model and the layers that hold others run them.
public struct LayerList {
  /// The layers, first to last.
  public let layers: [any Layer]
  /// Those that run where all outputs are kept: a ReLU behind a layer that can apply it as it writes its outputs does not.
  private var separate: [any Layer]
  /// Those that run else: convolutions run together with the pooling behind them.
  private var joined: [any Layer]
  private let lengths = LengthTrace()
  /// The shape of one output sample.
  public private(set) var outputShape: Shape

  /// Lists layers; each must have been made for the shape that the one before it gives.
  public init(_ layers: [any Layer], input: Shape) {
    self.layers = layers
    separate = layers.enumerated().filter { index, layer in
      guard layer is ReLU, index > 0, let before = layers[index - 1] as? any ReLUFusing else { return true }
      before.fuseReLU()
      return false
    }.map(\.element)
    joined = separate.reduce(into: []) { joined, layer in
      if let last = joined.last, let both = PooledConvolution(last, layer) {
        joined[joined.count - 1] = both
      } else {
        joined.append(layer)
      }
    }
    outputShape = layers.last?.outputShape ?? input
  }

  /// The same layers, with outputs in PyTorch's order even if they are a flattened image.
  func inChannelOrder() -> LayerList {
    guard let order = ChannelOrder(input: outputShape) else { return self }
    var list = self
    list.separate.append(order)
    list.joined.append(order)
    list.outputShape = order.outputShape
    return list
  }

  /// Whether the outputs are the inputs themselves.
  var isIdentity: Bool { separate.isEmpty }

  /// All layers' parameters or other parts, first layer first, given the names of PyTorch's `nn.Sequential`: `0.weight`, ...
  func named<Part: Named>(_ prefix: String = "", _ parts: (any Layer) -> [Part]) -> [Part] {
    layers.enumerated().flatMap { index, layer in
      parts(layer).map { part in
        part.name = "\(prefix)\(index).\(part.name)"
        return part
      }
    }
  }

  /// What carries states within.
  var stateCarriers: [any StateCarrying] { layers.flatMap(\.stateCarriers) }

  /// Floating-point operations of one sample's forward pass.
  var operations: Int { layers.reduce(0) { $0 + $1.operations } }

  /// Whether any layer sums buffers.
  var sumsBuffers: Bool { layers.contains(where: \.sumsBuffers) }

  /// Renews all layers' buffers.
  func updateBuffers(from sums: UnsafePointer<Float>, _ context: StepContext) {
    for layer in layers { layer.updateBuffers(from: sums, context) }
  }

  /// The same of the backward pass.
  func backwardOperations(wantsInputGradient: Bool) -> Int {
    layers.enumerated().reduce(0) { sum, item in
      sum + item.element.backwardOperations(wantsInputGradient: wantsInputGradient || item.offset > 0)
    }
  }

  private func running(keepsOutputs: Bool) -> [any Layer] { keepsOutputs ? separate : joined }

  /// Reserves the memory of all layers.
  func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    lengths.reset()
    for (index, layer) in running(keepsOutputs: plan.keepsOutputs).enumerated() {
      plan.advance()
      layer.plan(&plan, batch: batch, wantsInputGradient: wantsInputGradient || index > 0)
      lengths.plan(layer, &plan, batch: batch)
    }
  }

  /// Renews what the layers derive from the parameters.
  func pack(_ context: StepContext) {
    for layer in running(keepsOutputs: context.arena.keepsOutputs) { layer.packObserved(context) }
  }

  /// The outputs for a batch; each layer is prepared by `arrival` before it runs, where that is given. The context's lengths
  /// become those of the outputs.
  func forward(
    _ input: TensorView, _ context: StepContext, arrival: ParameterArrival? = nil
  ) throws -> TensorView {
    var activation = input
    for (index, layer) in running(keepsOutputs: context.arena.keepsOutputs).enumerated() {
      try arrival?.prepare(layer, context)
      context.layerObserver?.layerBegins(layer)
      lengths.begin(index, context)
      activation = try layer.forward(activation, context)
      try lengths.end(index, layer, gave: activation, context)
      context.layerObserver?.layer(layer, gave: activation)
      context.layerObserver?.layerEnds(layer, .forward, operations: input.batch * layer.operations)
    }
    return activation
  }

  /// All parameters' gradients, and that of the input where it is wanted. The context's lengths become those of the input.
  func backward(_ gradient: TensorView, _ context: StepContext) throws -> TensorView? {
    var current: TensorView? = gradient
    let layers = running(keepsOutputs: context.arena.keepsOutputs)
    for index in layers.indices.reversed() {
      guard let next = current else { return nil }
      let layer = layers[index]
      context.layerObserver?.layerBegins(layer)
      lengths.beginBack(index, context)
      current = try layer.backward(next, context)
      lengths.endBack(index, gave: current, context)
      context.layerObserver?.layerEnds(
        layer, .backward,
        operations: gradient.batch * layer.backwardOperations(wantsInputGradient: current != nil))
      try context.frontier?.finish(layer)
    }
    return current
  }
}

extension Layer {
  /// Renews what is derived from the parameters, before the observer's eyes.
  func packObserved(_ context: StepContext) {
    context.layerObserver?.layerBegins(self)
    pack(context)
    context.layerObserver?.layerEnds(self, .pack, operations: 0)
  }
}
