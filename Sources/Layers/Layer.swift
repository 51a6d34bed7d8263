import Tensors

/// What a layer is: its shapes, its learned tensors, and the layers it is made of.
///
/// A layer never changes and holds no memory. `makePass` puts it to work in one workspace, any number of times at once.
public protocol Layer: AnyObject {
  /// The name used in recipes, for example `lstm`.
  var kind: String { get }
  /// The shape of one output sample.
  var outputShape: Shape { get }
  /// The learned tensors, in PyTorch's order.
  var parameters: [Parameter] { get }
  /// Tensors that are kept with the parameters but not learned by gradients, such as running means.
  var buffers: [Parameter] { get }
  /// Whole numbers that are kept with them.
  var counters: [Counter] { get }
  /// Whether training's forward pass puts sums for buffers where `StepContext.bufferSums` says, to be added up over all
  /// shards together with the gradients.
  var sumsBuffers: Bool { get }
  /// The layers that this one is made of, under the names that their parameters have before their own. Most have none.
  var parts: [(name: String, layers: [any Layer])] { get }
  /// What it does with sequences of different lengths; a recipe that gives it such refuses a layer that does not say.
  var lengthRule: LengthRule { get }
  /// Floating-point operations of one sample's forward pass, two per multiply-add of the products.
  var operations: Int { get }
  /// The same of one sample's backward pass, with or without the gradient of the input.
  func backwardOperations(wantsInputGradient: Bool) -> Int

  /// Puts the layer to work: reserves all memory for batches of up to `batch` samples. If `wantsInputGradient` is false,
  /// the backward pass need not return the gradient of the input.
  func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass
}

extension Layer {
  /// Nothing is learned.
  public var parameters: [Parameter] { [] }
  /// Nothing is kept.
  public var buffers: [Parameter] { [] }
  /// Nothing is counted.
  public var counters: [Counter] { [] }
  /// Whether a layer within sums buffers.
  public var sumsBuffers: Bool { parts.contains { $0.layers.contains(where: \.sumsBuffers) } }
  /// No layers within.
  public var parts: [(name: String, layers: [any Layer])] { [] }
  /// Refuses sequences of different lengths.
  public var lengthRule: LengthRule {
    .refused(advice: "a layer of one's own says by `lengthRule` what it does with sequences of different lengths")
  }
  /// The operations of the layers within; without any, 0.
  public var operations: Int { parts.reduce(0) { $0 + $1.layers.operations } }
  /// The operations of the layers within; without any, as many as forwards for the weights' gradients and as many for the
  /// gradients of inputs and states.
  public func backwardOperations(wantsInputGradient: Bool) -> Int {
    parts.isEmpty
      ? 2 * operations
      : parts.reduce(0) { $0 + $1.layers.backwardOperations(wantsInputGradient: wantsInputGradient) }
  }
}
