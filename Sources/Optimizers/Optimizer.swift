import Tensors

/// Turns gradients into changes of the parameters, all of them in one flat vector, or of one slice of it, so that each
/// rank can make a part of the update.
///
/// Parameters start on 64-byte boundaries with zeros between; every update keeps those zeros. The bits do not depend on
/// the division into slices.
public protocol Optimizer: AnyObject {
  /// The steps made so far. A checkpoint keeps it beside `state`.
  var stepCount: Int { get set }
  /// What a checkpoint must keep: every vector that a step changes beside the parameters, in a fixed order.
  var state: [OptimizerState] { get }
  /// The values that a step reads and changes; at first all.
  var slice: Range<Int> { get }

  /// Keeps to a slice from now on, and its state with it. It starts and ends on multiples of `BlockSums.grain`, or at the
  /// vector's end, and lies in the slice before.
  /// - Throws: `Failure` (system) where there is not enough memory.
  func restrict(to slice: Range<Int>) throws

  /// Changes the slice's `parameters` in place by one step along `gradients` (the mean over the global batch), and counts
  /// it. Both point to the first value of the whole vector. Allocates nothing.
  ///
  /// Where a step needs norms of whole parameters it calls `gather` once, in which the ranks give each other the partial
  /// sums of their slices: `partials` of `part(of: slice)`. Throws what `gather` throws.
  func step(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double,
    gather: (BlockSums) throws -> Void
  ) rethrows
}

extension Optimizer {
  /// Changes all `parameters` by one step; for optimizers that keep to no slice.
  public func step(parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double) {
    step(parameters: parameters, gradients: gradients, learningRate: learningRate) { _ in }
  }
}

/// One vector of an optimizer's state, as long as its slice of the parameters.
public struct OptimizerState {
  /// PyTorch's name, for example `exp_avg`.
  public let name: String
  /// The values; writing them restores the state.
  public let values: FloatBuffer

  /// Names a vector.
  package init(name: String, values: FloatBuffer) {
    self.name = name
    self.values = values
  }
}

extension FloatBuffer {
  /// A copy of the values of one slice, where these are of `former`.
  func restricted(from former: Range<Int>, to slice: Range<Int>) throws -> FloatBuffer {
    precondition(slice.clamped(to: former) == slice, "a slice lies within the slice before")
    precondition(
      [slice.lowerBound, slice.upperBound].allSatisfy {
        $0.isMultiple(of: BlockSums.grain) || $0 == former.upperBound
      }, "slices are cut between blocks")
    let part = try FloatBuffer(count: slice.count)
    part.base.update(from: base + (slice.lowerBound - former.lowerBound), count: slice.count)
    return part
  }
}
