import CKernels
import Tensors

/// Stochastic gradient descent as PyTorch's `torch.optim.SGD` (dampening 0):
///
///     g ← g + λw;  v ← g at the first step, μv + g later;  g ← g + μv with Nesterov, else v;  w ← w − ηg
///
/// Sutskever, Martens, Dahl & Hinton 2013 for both kinds of momentum.
public final class SGD: Optimizer {
  /// The steps made so far.
  public var stepCount = 0
  private var kept: Slices
  private let momentum: Double
  private let nesterov: Bool
  private let weightDecay: Double
  private var velocity: FloatBuffer?

  /// An optimizer for `count` parameters.
  /// - Throws: `Failure` (system) where there is not enough memory for the velocity.
  public init(count: Int, momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0) throws {
    kept = Slices(ofAll: count)
    self.momentum = momentum
    self.nesterov = nesterov
    self.weightDecay = weightDecay
    velocity = momentum == 0 ? nil : try FloatBuffer(count: count)
  }

  /// The velocity, where there is momentum.
  public var state: [OptimizerState] { velocity.map { [OptimizerState(name: "momentum_buffer", values: $0)] } ?? [] }

  /// The values that a step changes.
  public var slices: [Range<Int>] { kept.ranges }

  /// Keeps to some slices from now on.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public func restrict(to slices: [Range<Int>]) throws {
    let (former, slices) = (kept, kept.restricted(to: slices))
    velocity = try velocity.map { try slices.copy($0, of: former) }
    kept = slices
  }

  /// One update.
  public func step(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double,
    gather: (BlockSums) throws -> Void
  ) rethrows {
    var numbers = dpt_sgd_step(
      learningRate: learningRate, momentum: momentum, weightDecay: weightDecay, nesterov: nesterov,
      first: stepCount == 0)
    let velocity = velocity?.base
    for (range, offset) in kept {
      dpt_sgd(
        parameters + range.lowerBound, gradients + range.lowerBound, velocity.map { $0 + offset }, range.count, &numbers)
    }
    stepCount += 1
  }
}
