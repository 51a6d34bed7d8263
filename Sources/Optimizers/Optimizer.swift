import Tensors

/// Updates parameters from gradients. All parameters are in one flat vector; each rank can update only some slices of it.
///
/// Parameters start on 64-byte boundaries with zeros between; every update keeps those zeros. The bits do not depend on
/// the division into slices.
public protocol Optimizer: AnyObject {
  /// The number of steps made so far. A checkpoint keeps it together with `state`.
  var stepCount: Int { get set }
  /// The vectors that a step changes besides the parameters, in a fixed order. A checkpoint keeps them.
  var state: [OptimizerState] { get }
  /// The ranges of values that a step reads and changes, ascending; initially all values.
  var slices: [Range<Int>] { get }

  /// Restricts updates and state to some slices: ascending, disjoint, possibly empty or none. Each must be within the former
  /// slices, and start and end at a multiple of `BlockSums.blockLength` or at the vector's end.
  /// - Throws: `Failure` (system) if there is not enough memory.
  func restrict(to slices: [Range<Int>]) throws

  /// Changes the slices' `parameters` in place by one step along `gradients` (the mean over the global batch), and counts
  /// it. Both point to the first value of the whole vector. Allocates nothing.
  ///
  /// If a step needs norms of whole parameters, it calls `gather` once. There the ranks exchange the partial sums of their
  /// slices: `partials` of `parts(of: slices)`. Throws the errors of `gather`.
  func step(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double,
    gather: (BlockSums) throws -> Void
  ) rethrows
}

extension Optimizer {
  /// Changes all `parameters` by one step. For optimizers that were not restricted to slices.
  public func step(parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double) {
    step(parameters: parameters, gradients: gradients, learningRate: learningRate) { _ in }
  }
}

/// One vector of an optimizer's state: the values of its slices, one slice after the other.
public struct OptimizerState {
  /// PyTorch's name, for example `exp_avg`.
  public let name: String
  /// The values. Writing to them restores the state.
  public let values: FloatBuffer

  /// A vector with a name.
  public init(name: String, values: FloatBuffer) {
    self.name = name
    self.values = values
  }
}
