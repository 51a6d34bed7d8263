import CKernels
import Tensors

/// One layer of a model: its parameters, its forward pass and its backward pass.
///
/// A layer reserves all its memory in `plan`, before the first step; `forward` and `backward` allocate nothing.
/// `backward` is called once after each `forward`, with the same batch.
public protocol Layer: AnyObject {
  /// The name used in recipes, for example `lstm`.
  var kind: String { get }
  /// The shape of one output sample.
  var outputShape: Shape { get }
  /// The learned tensors, in PyTorch's order.
  var parameters: [Parameter] { get }
  /// Floating-point operations of one sample's forward pass, two per multiply-add of the products.
  var operations: Int { get }

  /// Reserves the memory for batches of up to `batch` samples.
  func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool)
  /// Renews what is derived from the parameters, such as packed weights; called after every change of them.
  func pack(_ context: StepContext)
  /// The outputs for a batch.
  func forward(_ input: TensorView, _ context: StepContext) -> TensorView
  /// Writes the parameters' gradients, summed over samples, one per tree node that this rank holds, and returns the
  /// gradient of the input, or nil where `plan` said that it is not wanted.
  func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView?
}

/// What the layers work on in one step.
public struct StepContext {
  /// Where activations live.
  public let arena: Arena
  /// The model's parameters, flat.
  public let parameters: UnsafeMutablePointer<Float>
  /// The gradients of tree node 0 of this rank, flat as the parameters; node k lies k · nodeStride floats behind.
  public let gradients: UnsafeMutablePointer<Float>
  /// Distance of two nodes' gradients in floats.
  public let nodeStride: Int
  /// This rank's shards of the batch.
  public let shards: ShardProgram
  /// The number of valid steps of each sample, or nil where all are valid.
  public let lengths: UnsafePointer<Int32>?

  /// Bundles what a step needs.
  public init(
    arena: Arena, parameters: UnsafeMutablePointer<Float>, gradients: UnsafeMutablePointer<Float>, nodeStride: Int,
    shards: ShardProgram, lengths: UnsafePointer<Int32>?
  ) {
    self.arena = arena
    self.parameters = parameters
    self.gradients = gradients
    self.nodeStride = nodeStride
    self.shards = shards
    self.lengths = lengths
  }

  /// A parameter's values.
  public func values(_ parameter: Parameter) -> UnsafeMutablePointer<Float> {
    parameters + parameter.offset
  }

  /// A parameter's gradient at tree node 0.
  public func gradient(_ parameter: Parameter) -> UnsafeMutablePointer<Float> {
    gradients + parameter.offset
  }
}
