import Tensors

/// A layer at work in the memory of one workspace, all of which `Layer.makePass` reserves.
///
/// `pack` comes after every change of the parameters. Each `forward` is followed by at most one `backward`, for the same
/// batch. Neither allocates anything after its first call.
public protocol Pass {
  /// What carries states from one training batch to the next, here or within.
  var stateCarriers: [any StateCarrying] { get }
  /// Renews what is derived from the parameters, such as packed weights.
  func pack(_ context: StepContext)
  /// The outputs for a batch.
  /// - Throws: `Failure` where a layer that sums over the whole batch cannot reach the other ranks.
  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView
  /// Writes the parameters' gradients, summed over samples, one per tree node that this rank holds, and returns the
  /// gradient of the input, or nil if `Layer.makePass` was told that it is not wanted. `input` and `output` are what the
  /// forward pass was given and gave. May overwrite `gradient`, unless it says that it does not.
  /// - Throws: as `forward`.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) throws -> TensorView?
  /// Whether `backward` may overwrite the gradient that it is given.
  var overwritesGradient: Bool { get }
  /// As `backward`, but adds the gradient of the input to `sum`, which is padded to whole groups of lanes. Returns false, having
  /// done nothing, if the pass cannot do that.
  /// - Throws: as `forward`.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, addingTo sum: TensorView, _ context: StepContext
  ) throws -> Bool
  /// Renews buffers from their sums over the whole batch, flat as the buffers; called after a batch's backward pass if any
  /// layer of the model sums buffers.
  func updateBuffers(from sums: UnsafePointer<Float>, _ context: StepContext)
}

extension Pass {
  /// No states.
  public var stateCarriers: [any StateCarrying] { [] }
  /// True.
  public var overwritesGradient: Bool { true }
  /// Cannot.
  public func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, addingTo sum: TensorView, _ context: StepContext
  ) throws -> Bool { false }
  /// Derives nothing.
  public func pack(_ context: StepContext) {}
  /// Renews nothing.
  public func updateBuffers(from sums: UnsafePointer<Float>, _ context: StepContext) {}
}

/// A pass that carries states from one training batch to the next: a row for each of the rank's samples.
public protocol StateCarrying: AnyObject {
  /// The size of the global batch whose states are carried after training steps; 0 if there are none yet.
  var carriedBatch: Int { get set }
  /// Values of a row.
  var carriedWidth: Int { get }

  /// Where the rows of each carried vector start, in a fixed order.
  func carriedRows(_ context: StepContext) -> [Values]
}
