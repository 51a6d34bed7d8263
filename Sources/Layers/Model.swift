import Tensors

/// A stack of layers with their parameters in one flat vector.
public final class Model {
  /// The shape of one input sample.
  public let inputShape: Shape
  /// The shape of one output sample. A flattened image at the end lies in PyTorch's order, channel by channel.
  public let outputShape: Shape
  /// The layers, first to last.
  public var layers: [any Layer] { list.layers }
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
  /// Waits until all values are those after the last step; nil where nobody sends any.
  package var arrival: (() throws -> Void)?
  /// Differs whenever the values may have changed.
  package private(set) var version = 0
  private let list: LayerList

  /// Stacks layers; each must have been made for the shape that the one before it gives. A layer belongs to one model.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public init(inputShape: Shape, layers: [any Layer]) throws {
    self.inputShape = inputShape
    list = LayerList(layers, input: inputShape).inChannelOrder()
    outputShape = list.outputShape
    parameters = Model.lay(list.named { $0.parameters })
    buffers = Model.lay(list.named { $0.buffers })
    counters = list.named { $0.counters }
    arrivingValues = try FloatBuffer(count: Model.end(of: parameters))
    bufferValues = try FloatBuffer(count: Model.end(of: buffers))
    for buffer in buffers {
      _ = arrivingValues(of: buffer).update(fromContentsOf: buffer.initialValues(seed: 0, index: 0))
    }
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

  /// What carries states from one training batch to the next.
  public var stateCarriers: [any StateCarrying] { list.stateCarriers }

  /// Number of learned values, padding not counted.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

  /// Floating-point operations of one sample in a training step: those of the forward pass, the weights' gradients, and
  /// all data gradients that are wanted, two per multiply-add of the products.
  public var trainingOperations: Int { list.operations + list.backwardOperations(wantsInputGradient: false) }

  /// Where each parameter lies in `values`, padding not included.
  public var segments: [Range<Int>] {
    parameters.map { $0.offset..<$0.offset + $0.count }
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

  /// Waits until all values are those after the last step.
  package func awaitValues() throws { try arrival?() }

  /// A training step begins, or values were written.
  package func noteChange() { version += 1 }

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

  /// Reserves the memory of all layers for batches of up to `batch` samples.
  public func plan(_ plan: inout ArenaPlan, batch: Int) {
    list.plan(&plan, batch: batch, wantsInputGradient: false)
  }

  /// Renews what the layers derive from the parameters, once all have come.
  /// - Throws: as `values`.
  public func pack(_ context: StepContext) throws {
    try awaitValues()
    list.pack(context)
  }

  /// The outputs for a batch. The context's lengths, where it has any, become those of the outputs.
  /// - Throws: `Failure` where a layer that sums over the whole batch cannot reach the other ranks.
  public func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    // Whatever the data has behind a sample's length is not to matter.
    if let lengths = context.lengths { input.clear(behind: lengths) }
    return try list.forward(input, context, arrival: context.arrival)
  }

  /// All parameters' gradients from the gradient of the outputs.
  /// - Throws: as `forward`.
  public func backward(_ gradient: TensorView, _ context: StepContext) throws {
    _ = try list.backward(gradient, context)
  }

  /// Whether layers put sums for their buffers beside the gradients.
  public var sumsBuffers: Bool { list.sumsBuffers }

  /// Renews buffers from such sums over a whole batch, laid out as `bufferValues`.
  public func updateBuffers(from sums: UnsafePointer<Float>, _ context: StepContext) {
    list.updateBuffers(from: sums, context)
  }
}
