import Tensors

/// The description of a layer: shapes, learned tensors, and layers within.
///
/// A layer never changes and has no memory for batches. `makePass` puts it to work in a workspace; several may exist at once.
public protocol Layer: AnyObject {
  /// The name used in recipes, for example `lstm`.
  var kind: String { get }
  /// The shape of one output sample.
  var outputShape: Shape { get }
  /// The learned tensors, in PyTorch's order.
  var parameters: [Parameter] { get }
  /// Tensors that are kept with the parameters but not learned by gradients, such as running means.
  var buffers: [Parameter] { get }
  /// Whole numbers that are kept with the parameters.
  var counters: [Counter] { get }
  /// Whether the forward pass of training writes sums for buffers to `StepContext.bufferSums`. They are added over all
  /// shards together with the gradients.
  var sumsBuffers: Bool { get }
  /// The lists of layers within. Most layers have none.
  var parts: [LayerPart] { get }
  /// How the layer treats sequences of different lengths. By default recipes with such sequences refuse it.
  var lengthRule: LengthRule { get }
  /// Whether its passes take and give values in the plan's precision (`ArenaPlan.precision`), whatever that is. A layer that does
  /// not always gets a plan of float32, and its inputs, outputs and their gradients are converted.
  var takesRoundedValues: Bool { get }
  /// A short name of how it computes; nil if there is no choice.
  var algorithm: String? { get }
  /// Floating-point operations of one sample's forward pass, two per multiply-add of the products.
  var operations: Int { get }
  /// Floating-point operations of one sample's backward pass, with or without the gradient of the input.
  func backwardOperations(wantsInputGradient: Bool) -> Int

  /// Makes a pass and reserves all its memory for batches of up to `batch` samples. If `wantsInputGradient` is false, the
  /// backward pass need not return the gradient of the input.
  func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass
}

extension Layer {
  /// No parameters.
  public var parameters: [Parameter] { [] }
  /// No buffers.
  public var buffers: [Parameter] { [] }
  /// No counters.
  public var counters: [Counter] { [] }
  /// Whether any layer within sums buffers.
  public var sumsBuffers: Bool { parts.contains { $0.layers.contains(where: \.sumsBuffers) } }
  /// No layers within.
  public var parts: [LayerPart] { [] }
  /// Refuses sequences of different lengths.
  public var lengthRule: LengthRule {
    .refused(advice: "a layer of one's own says by `lengthRule` what it does with sequences of different lengths")
  }
  /// Takes and gives floats.
  public var takesRoundedValues: Bool { false }
  /// There is no choice.
  public var algorithm: String? { nil }
  /// The operations of the layers within; 0 if there are none.
  public var operations: Int { parts.reduce(0) { $0 + $1.layers.operations } }
  /// The operations of the layers within. If there are none: those of the forward pass for the weights' gradients, and as
  /// many for the gradients of inputs and states.
  public func backwardOperations(wantsInputGradient: Bool) -> Int {
    parts.isEmpty
      ? 2 * operations
      : parts.reduce(0) { $0 + $1.layers.backwardOperations(wantsInputGradient: wantsInputGradient) }
  }
}
