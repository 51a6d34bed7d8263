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
  /// The values that a step changes.
  public private(set) var slice: Range<Int>
  private let momentum: Double
  private let nesterov: Bool
  private let weightDecay: Double
  private var velocity: FloatBuffer?

  /// An optimizer for `count` parameters.
  /// - Throws: `Failure` (system) where there is not enough memory for the velocity.
  public init(count: Int, momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0) throws {
    slice = 0..<count
    self.momentum = momentum
    self.nesterov = nesterov
    self.weightDecay = weightDecay
    velocity = momentum == 0 ? nil : try FloatBuffer(count: count)
  }

  /// The velocity, where there is momentum.
  public var state: [OptimizerState] { velocity.map { [OptimizerState(name: "momentum_buffer", values: $0)] } ?? [] }

  /// Keeps to a slice from now on.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public func restrict(to slice: Range<Int>) throws {
    velocity = try velocity?.restricted(from: self.slice, to: slice)
    self.slice = slice
  }

  /// One update.
  public func step(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double,
    gather: (BlockSums) throws -> Void
  ) rethrows {
    let start = slice.lowerBound
    dpt_sgd(
      parameters + start, gradients + start, velocity?.base, slice.count, learningRate, momentum, weightDecay, nesterov,
      stepCount == 0)
    stepCount += 1
  }
}
