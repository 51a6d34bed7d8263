import CKernels
import Tensors

/// RMSprop as PyTorch's `torch.optim.RMSprop`:
///
///     g ← g + λw;  v ← αv + (1 − α)g²;  d ← √v + ε
///     centered:  m ← αm + (1 − α)g;  d ← √(v − m²) + ε   (Graves 2013)
///     b ← μb + g / d;  w ← w − ηb
///
/// Tieleman & Hinton 2012, lecture 6.5. Where rounding leaves v − m² below zero it counts as zero.
public final class RMSprop: Optimizer {
  /// The steps made so far.
  public var stepCount = 0
  private let alpha: Double
  private let epsilon: Double
  private let weightDecay: Double
  private let momentum: Double
  /// The values that a step changes.
  public private(set) var slice: Range<Int>
  private var squares: FloatBuffer
  private var means: FloatBuffer?
  private var velocity: FloatBuffer?

  /// An optimizer for `count` parameters.
  /// - Throws: `Failure` (system) where there is not enough memory for the running means.
  public init(
    count: Int, alpha: Double = 0.99, epsilon: Double = 1e-8, weightDecay: Double = 0, momentum: Double = 0,
    centered: Bool = false
  ) throws {
    self.alpha = alpha
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.momentum = momentum
    slice = 0..<count
    squares = try FloatBuffer(count: count)
    means = centered ? try FloatBuffer(count: count) : nil
    velocity = momentum == 0 ? nil : try FloatBuffer(count: count)
  }

  /// The running mean of g²; that of g, where it is centered; the velocity, where there is momentum.
  public var state: [OptimizerState] {
    var state = [OptimizerState(name: "square_avg", values: squares)]
    if let means { state.append(OptimizerState(name: "grad_avg", values: means)) }
    if let velocity { state.append(OptimizerState(name: "momentum_buffer", values: velocity)) }
    return state
  }

  /// Keeps to a slice from now on.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public func restrict(to slice: Range<Int>) throws {
    squares = try squares.restricted(from: self.slice, to: slice)
    means = try means?.restricted(from: self.slice, to: slice)
    velocity = try velocity?.restricted(from: self.slice, to: slice)
    self.slice = slice
  }

  /// One update.
  public func step(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double,
    gather: (BlockSums) throws -> Void
  ) rethrows {
    var numbers = dpt_rmsprop_step(
      learningRate: learningRate, alpha: alpha, epsilon: epsilon, weightDecay: weightDecay, momentum: momentum)
    let start = slice.lowerBound
    dpt_rmsprop(
      parameters + start, gradients + start, squares.base, means?.base, velocity?.base, squares.count, &numbers)
    stepCount += 1
  }
}
