import Tensors

/// A stack of layers, and the weights that they work with.
public final class Model {
  /// The shape of one input sample.
  public let inputShape: Shape
  /// The shape of one output sample. A flattened image at the end lies in PyTorch's order, channel by channel.
  public var outputShape: Shape { inChannelOrder.last?.outputShape ?? inputShape }
  /// The layers, first to last.
  public var layers: [any Layer] { list.layers }
  /// The list of the layers, some of which may have names.
  public let list: LayerPart
  /// All parameters, in the order of the layers, under the names that PyTorch's `nn.Sequential` gives them, for
  /// example `0.weight_ih_l0`, or under the layers' own names, such as `conv1.weight`.
  public let parameters: [Parameter]
  /// All buffers, named likewise.
  public let buffers: [Parameter]
  /// All counters, named likewise.
  public let counters: [Counter]
  /// The values of the parameters and buffers, and the counts; models whose parameters lie alike can share them.
  public let weights: Weights
  /// Whether layers put sums for their buffers beside the gradients.
  public let sumsBuffers: Bool
  /// The layers, and behind them, if needed, what puts the outputs in PyTorch's order.
  private let inChannelOrder: [any Layer]

  /// Stacks layers; each must have been made for the shape that the one before it gives. A layer belongs to one model.
  /// - Throws: `Failure` (system) if memory is short.
  public convenience init(inputShape: Shape, layers: [any Layer]) throws {
    try self.init(inputShape: inputShape, LayerPart(layers))
  }

  /// The same of a list of layers, which may have names.
  /// - Throws: as the other.
  public convenience init(inputShape: Shape, _ list: LayerPart) throws {
    let (parameters, buffers, counters) = Model.lay(list)
    try self.init(
      inputShape: inputShape, list: list, parameters: parameters, buffers: buffers, counters: counters,
      weights: Weights(
        valueCount: Model.end(of: parameters), bufferCount: Model.end(of: buffers), counterCount: counters.count))
    for buffer in buffers {
      buffer.initialize(weights.arrivingValues(of: buffer), seed: 0, index: 0)
    }
  }

  /// The same layers with other weights, which lie as this model's.
  package convenience init(_ model: Model, weights: Weights) {
    self.init(
      inputShape: model.inputShape, list: model.list, parameters: model.parameters, buffers: model.buffers,
      counters: model.counters, weights: weights)
  }

  /// The same weights in layers made for inputs of another shape; nil if their parameters are others.
  package convenience init?(_ model: Model, inputShape: Shape, _ list: LayerPart) {
    let (parameters, buffers, counters) = Model.lay(list)
    func layout(_ parameters: [Parameter]) -> [(String, [Int], Int)] {
      parameters.map { ($0.name, $0.shape, $0.offset) }
    }
    guard layout(parameters + buffers).elementsEqual(layout(model.parameters + model.buffers), by: ==) else {
      return nil
    }
    self.init(
      inputShape: inputShape, list: list, parameters: parameters, buffers: buffers, counters: counters,
      weights: model.weights)
  }

  private init(
    inputShape: Shape, list: LayerPart, parameters: [Parameter], buffers: [Parameter], counters: [Counter],
    weights: Weights
  ) {
    self.inputShape = inputShape
    self.list = list
    self.parameters = parameters
    self.buffers = buffers
    self.counters = counters
    self.weights = weights
    sumsBuffers = list.layers.contains(where: \.sumsBuffers)
    inChannelOrder = list.layers.inChannelOrder(input: inputShape)
  }

  /// Gives all parameters, buffers and counters of layers their names and their places.
  private static func lay(_ list: LayerPart) -> ([Parameter], [Parameter], [Counter]) {
    let (parameters, buffers) = (list.named(\.parameters), list.named(\.buffers))
    let counters = list.named(\.counters)
    lay(parameters)
    lay(buffers)
    for buffer in buffers { buffer.isBuffer = true }
    for (index, counter) in counters.enumerated() { counter.index = index }
    return (parameters, buffers, counters)
  }

  private static func lay(_ parameters: [Parameter]) {
    var offset = 0
    for parameter in parameters {
      parameter.offset = offset
      offset += paddedToLanes(parameter.count)
    }
  }

  private static func end(of parameters: [Parameter]) -> Int {
    parameters.last.map { $0.offset + paddedToLanes($0.count) } ?? 0
  }

  /// Puts the layers to work: reserves the memory of all of them for batches of up to `batch` samples. The program takes the
  /// samples' floats and gives floats, whatever the plan's precision is.
  public func makeProgram(_ plan: inout ArenaPlan, batch: Int) -> Program {
    Program(model: inChannelOrder, input: inputShape, &plan, batch: batch)
  }

  /// Draws all initial values; a function of the seed alone.
  public func initialize(seed: UInt64) {
    for (index, parameter) in parameters.enumerated() {
      parameter.initialize(weights.arrivingValues(of: parameter), seed: seed, index: index)
    }
    weights.noteChange()
  }

  /// All layers, also those within others, parents first, with their places: the beginnings of their parameters' names, for
  /// example `2.body.0`.
  package var places: [(place: String, layer: any Layer)] { list.nested(in: "") }

  /// The number of learned values, padding not counted.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

  /// The number of floats in `weights.values`, padding included.
  public var valueCount: Int { weights.arrivingValues.count }

  /// Where each parameter lies in `weights.values`, padding not included.
  public var segments: [Range<Int>] {
    parameters.map { $0.offset..<$0.offset + $0.count }
  }

  /// Floating-point operations of one sample in a training step: those of the forward pass, the weights' gradients, and
  /// all data gradients that are wanted, two per multiply-add of the products.
  public var trainingOperations: Int { layers.operations + layers.backwardOperations(wantsInputGradient: false) }
}
