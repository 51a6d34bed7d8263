import Tensors

/// A stack of layers with their parameters in one flat vector.
public final class Model {
  /// The shape of one input sample.
  public let inputShape: Shape
  /// The shape of one output sample. A flattened image at the end lies in PyTorch's order, channel by channel.
  public var outputShape: Shape { inChannelOrder.last?.outputShape ?? inputShape }
  /// The layers, first to last.
  public let layers: [any Layer]
  /// All parameters, in the order of the layers, under the names that PyTorch's `nn.Sequential` gives them, for
  /// example `0.weight_ih_l0`.
  public let parameters: [Parameter]
  /// All buffers, named likewise.
  public let buffers: [Parameter]
  /// All counters, named likewise.
  public let counters: [Counter]
  /// The buffers' values, each buffer on a 64-byte boundary, zeros between.
  public let bufferValues: FloatBuffer
  /// The parameters' values, laid out likewise, some of which other ranks may still be sending. For whoever changes them,
  /// and for the layers of a training step, each of which waits for its own; all others read `values`.
  package let arrivingValues: FloatBuffer
  /// The layers, and behind them, if needed, what puts the outputs in PyTorch's order.
  private let inChannelOrder: [any Layer]
  private let shared: Shared

  /// What models that share parameters have in common.
  private final class Shared {
    var counts: [Int64]
    var arrival: (() throws -> Void)?
    var version = 0

    init(counts: [Int64]) { self.counts = counts }
  }

  /// Stacks layers; each must have been made for the shape that the one before it gives. A layer belongs to one model.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public convenience init(inputShape: Shape, layers: [any Layer]) throws {
    let (parameters, buffers) = (Model.lay(layers.named(\.parameters)), Model.lay(layers.named(\.buffers)))
    let counters = layers.named(\.counters)
    for (index, counter) in counters.enumerated() { counter.index = index }
    self.init(
      inputShape: inputShape, layers: layers, parameters: parameters, buffers: buffers, counters: counters,
      values: try FloatBuffer(count: Model.end(of: parameters)),
      bufferValues: try FloatBuffer(count: Model.end(of: buffers)),
      shared: Shared(counts: Array(repeating: 0, count: counters.count)))
    for buffer in buffers {
      _ = arrivingValues(of: buffer).update(fromContentsOf: buffer.initialValues(seed: 0, index: 0))
    }
  }

  /// The same layers with other values, laid out as here, which are whole when this model's are.
  package convenience init(_ model: Model, values: FloatBuffer, buffers bufferValues: FloatBuffer) {
    self.init(
      inputShape: model.inputShape, layers: model.layers, parameters: model.parameters, buffers: model.buffers,
      counters: model.counters, values: values, bufferValues: bufferValues, shared: model.shared)
  }

  /// The same values in layers made for inputs of another shape; nil if their parameters are others.
  package convenience init?(_ model: Model, inputShape: Shape, layers: [any Layer]) {
    let (parameters, buffers) = (Model.lay(layers.named(\.parameters)), Model.lay(layers.named(\.buffers)))
    func layout(_ parameters: [Parameter]) -> [(String, [Int], Int)] {
      parameters.map { ($0.name, $0.shape, $0.offset) }
    }
    guard layout(parameters + buffers).elementsEqual(layout(model.parameters + model.buffers), by: ==) else {
      return nil
    }
    self.init(
      inputShape: inputShape, layers: layers, parameters: parameters, buffers: buffers,
      counters: layers.named(\.counters), values: model.arrivingValues, bufferValues: model.bufferValues,
      shared: model.shared)
  }

  private init(
    inputShape: Shape, layers: [any Layer], parameters: [Parameter], buffers: [Parameter], counters: [Counter],
    values: FloatBuffer, bufferValues: FloatBuffer, shared: Shared
  ) {
    self.inputShape = inputShape
    self.layers = layers
    self.parameters = parameters
    self.buffers = buffers
    self.counters = counters
    self.bufferValues = bufferValues
    self.shared = shared
    sumsBuffers = layers.contains(where: \.sumsBuffers)
    arrivingValues = values
    inChannelOrder = layers.inChannelOrder(input: inputShape)
  }

  private static func lay(_ parameters: [Parameter]) -> [Parameter] {
    var offset = 0
    for parameter in parameters {
      parameter.offset = offset
      offset += paddedToLanes(parameter.count)
    }
    return parameters
  }

  private static func end(of parameters: [Parameter]) -> Int {
    parameters.last.map { $0.offset + paddedToLanes($0.count) } ?? 0
  }

  /// Puts the layers to work: reserves the memory of all of them for batches of up to `batch` samples.
  public func makeProgram(_ plan: inout ArenaPlan, batch: Int) -> Program {
    Program(inChannelOrder, &plan, batch: batch, wantsInputGradient: false)
  }

  /// Number of learned values, padding not counted.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

  /// Floating-point operations of one sample in a training step: those of the forward pass, the weights' gradients, and
  /// all data gradients that are wanted, two per multiply-add of the products.
  public var trainingOperations: Int { layers.operations + layers.backwardOperations(wantsInputGradient: false) }

  /// Whether layers put sums for their buffers beside the gradients.
  public let sumsBuffers: Bool

  /// Where each parameter lies in `values`, padding not included.
  public var segments: [Range<Int>] {
    parameters.map { $0.offset..<$0.offset + $0.count }
  }

  /// What the counters have counted, in their order.
  public var counts: [Int64] {
    _read { yield shared.counts }
    _modify { yield &shared.counts }
  }

  /// The parameters' values after the last step, each parameter on a 64-byte boundary, zeros between. Waits for those that
  /// other ranks send, which need not read them, too. Valid until the next step.
  /// - Throws: `Failure` where the ranks cannot exchange data.
  public var values: FloatBuffer {
    get throws {
      try awaitValues()
      return arrivingValues
    }
  }

  /// The number of floats in `values`.
  public var valueCount: Int { arrivingValues.count }

  /// A parameter's or buffer's values, in the layout it has here; as `values`.
  /// - Throws: as `values`.
  public func values(of parameter: Parameter) throws -> UnsafeMutableBufferPointer<Float> {
    try awaitValues()
    return arrivingValues(of: parameter)
  }

  /// Has `wait` wait until all values are those after the last step, since other ranks send some.
  package func setArrival(_ wait: @escaping () throws -> Void) { shared.arrival = wait }

  /// Waits until all values are those after the last step.
  package func awaitValues() throws { try shared.arrival?() }

  /// Differs whenever the values may have changed.
  package var version: Int { shared.version }

  /// A training step begins, or values were written.
  package func noteChange() { shared.version += 1 }

  package func arrivingValues(of parameter: Parameter) -> UnsafeMutableBufferPointer<Float> {
    let isBuffer = buffers.contains { $0 === parameter }
    return UnsafeMutableBufferPointer(
      start: (isBuffer ? bufferValues : arrivingValues).base + parameter.offset, count: parameter.count)
  }

  /// Draws all initial values; a function of the seed alone.
  public func initialize(seed: UInt64) {
    for (index, parameter) in parameters.enumerated() {
      _ = arrivingValues(of: parameter).update(fromContentsOf: parameter.initialValues(seed: seed, index: index))
    }
    noteChange()
  }
}
