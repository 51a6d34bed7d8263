import Tensors

/// Turns gradients into changes of the parameters, all of them in one flat vector, or of some slices of it, so that each
/// rank can make a part of the update.
///
/// Parameters start on 64-byte boundaries with zeros between; every update keeps those zeros. The bits do not depend on
/// the division into slices.
public protocol Optimizer: AnyObject {
  /// The steps made so far. A checkpoint keeps it beside `state`.
  var stepCount: Int { get set }
  /// What a checkpoint must keep: every vector that a step changes beside the parameters, in a fixed order.
  var state: [OptimizerState] { get }
  /// The values that a step reads and changes, ascending; at first all.
  var slices: [Range<Int>] { get }

  /// Keeps to some slices from now on, and its state with them: they are ascending and disjoint, none at all or empty ones
  /// included. Each starts and ends on multiples of `BlockSums.blockLength`, or at the vector's end, and lies in the slices before.
  /// - Throws: `Failure` (system) where there is not enough memory.
  func restrict(to slices: [Range<Int>]) throws

  /// Changes the slices' `parameters` in place by one step along `gradients` (the mean over the global batch), and counts
  /// it. Both point to the first value of the whole vector. Allocates nothing.
  ///
  /// Where a step needs norms of whole parameters it calls `gather` once, in which the ranks give each other the partial
  /// sums of their slices: `partials` of `parts(of: slices)`. Throws what `gather` throws.
  func step(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double,
    gather: (BlockSums) throws -> Void
  ) rethrows
}

extension Optimizer {
  /// Changes all `parameters` by one step; for optimizers that keep to no slices.
  public func step(parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double) {
    step(parameters: parameters, gradients: gradients, learningRate: learningRate) { _ in }
  }
}

/// One vector of an optimizer's state, as long as its slices of the parameters together: the values of one slice after
/// those of the other.
public struct OptimizerState {
  /// PyTorch's name, for example `exp_avg`.
  public let name: String
  /// The values; writing them restores the state.
  public let values: FloatBuffer

  /// Names a vector.
  public init(name: String, values: FloatBuffer) {
    self.name = name
    self.values = values
  }
}
