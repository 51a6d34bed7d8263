import CKernels
import Tensors

/// What Adam, AdamW and LAMB share: the running means of g and g², and the numbers of a step.
struct AdamMoments {
  private(set) var means: FloatBuffer
  private(set) var squares: FloatBuffer
  private(set) var slice: Range<Int>
  let beta1: Double
  let beta2: Double
  let epsilon: Double
  let weightDecay: Double

  init(count: Int, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double) throws {
    means = try FloatBuffer(count: count)
    squares = try FloatBuffer(count: count)
    slice = 0..<count
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  var state: [OptimizerState] {
    [OptimizerState(name: "exp_avg", values: means), OptimizerState(name: "exp_avg_sq", values: squares)]
  }

  /// Keeps the slice's part alone.
  mutating func restrict(to slice: Range<Int>) throws {
    means = try means.restricted(from: self.slice, to: slice)
    squares = try squares.restricted(from: self.slice, to: slice)
    self.slice = slice
  }

  /// The numbers of a step, counted from 1.
  func numbers(step: Int, learningRate: Double) -> dpt_adam_step {
    dpt_adam_step(
      learningRate: learningRate, beta1: beta1, beta2: beta2, correction1: 1 - power(beta1, step),
      correction2: 1 - power(beta2, step), epsilon: epsilon, weightDecay: weightDecay)
  }
}
