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
  private var kept: Slices
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
    kept = Slices(ofAll: count)
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

  /// The values that a step changes.
  public var slices: [Range<Int>] { kept.ranges }

  /// Keeps to some slices from now on.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public func restrict(to slices: [Range<Int>]) throws {
    let (former, slices) = (kept, kept.restricted(to: slices))
    squares = try slices.copy(squares, of: former)
    means = try means.map { try slices.copy($0, of: former) }
    velocity = try velocity.map { try slices.copy($0, of: former) }
    kept = slices
  }

  /// One update.
  public func step(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double,
    gather: (BlockSums) throws -> Void
  ) rethrows {
    var numbers = dpt_rmsprop_step(
      learningRate: learningRate, alpha: alpha, epsilon: epsilon, weightDecay: weightDecay, momentum: momentum)
    let (squares, means, velocity) = (squares.base, means?.base, velocity?.base)
    for (range, offset) in kept {
      dpt_rmsprop(
        parameters + range.lowerBound, gradients + range.lowerBound, squares + offset, means.map { $0 + offset },
        velocity.map { $0 + offset }, range.count, &numbers)
    }
    stepCount += 1
  }
}
