import Tensors

/// One layer of a model: its parameters, its forward pass and its backward pass.
///
/// A layer reserves all its memory in `plan`, before the first step; `forward` and `backward` allocate nothing after
/// their first call. `backward` is called at most once after each `forward`, with the same batch.
public protocol Layer: AnyObject {
  /// The name used in recipes, for example `lstm`.
  var kind: String { get }
  /// The shape of one output sample.
  var outputShape: Shape { get }
  /// The learned tensors, in PyTorch's order.
  var parameters: [Parameter] { get }
  /// Tensors that are kept with the parameters but not learned by gradients, such as running means.
  var buffers: [Parameter] { get }
  /// What carries states from one training batch to the next, here or within.
  var stateCarriers: [any StateCarrying] { get }
  /// Whole numbers that are kept with them.
  var counters: [Counter] { get }
  /// Whether training's forward pass puts sums for buffers where `StepContext.bufferSums` says, to be added up over all
  /// shards together with the gradients.
  var sumsBuffers: Bool { get }
  /// The layers that this one is made of, under the names that their parameters have before their own; none where it is
  /// one by itself.
  var parts: [(name: String, layers: [any Layer])] { get }
  /// What it does with sequences of different lengths; a recipe that gives it such refuses a layer that does not say.
  var lengthRule: LengthRule { get }
  /// Floating-point operations of one sample's forward pass, two per multiply-add of the products.
  var operations: Int { get }
  /// The same of one sample's backward pass, with or without the gradient of the input.
  func backwardOperations(wantsInputGradient: Bool) -> Int

  /// Reserves the memory for batches of up to `batch` samples.
  func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool)
  /// Renews what is derived from the parameters, such as packed weights; called after every change of them.
  func pack(_ context: StepContext)
  /// The outputs for a batch.
  /// - Throws: `Failure` where a layer that sums over the whole batch cannot reach the other ranks.
  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView
  /// Writes the parameters' gradients, summed over samples, one per tree node that this rank holds, and returns the
  /// gradient of the input, or nil where `plan` said that it is not wanted. May overwrite `gradient`.
  /// - Throws: as `forward`.
  func backward(_ gradient: TensorView, _ context: StepContext) throws -> TensorView?
  /// Renews buffers from their sums over the whole batch, flat as the buffers; called after a batch's backward pass where
  /// any layer of the model sums buffers.
  func updateBuffers(from sums: UnsafePointer<Float>, _ context: StepContext)
}

extension Layer {
  /// None.
  public var parameters: [Parameter] { [] }
  /// None.
  public var buffers: [Parameter] { [] }
  /// None.
  public var stateCarriers: [any StateCarrying] { [] }
  /// None.
  public var counters: [Counter] { [] }
  /// No sums.
  public var sumsBuffers: Bool { false }
  /// One by itself.
  public var parts: [(name: String, layers: [any Layer])] { [] }
  /// Not said.
  public var lengthRule: LengthRule {
    .refused(advice: "a layer of one's own says by `lengthRule` what it does with sequences of different lengths")
  }
  /// No products.
  public var operations: Int { 0 }
  /// As many as forwards for the weights' gradients, and as many for the gradients of inputs and states.
  public func backwardOperations(wantsInputGradient: Bool) -> Int { 2 * operations }
  /// Nothing is derived.
  public func pack(_ context: StepContext) {}
  /// Nothing to renew.
  public func updateBuffers(from sums: UnsafePointer<Float>, _ context: StepContext) {}
}
