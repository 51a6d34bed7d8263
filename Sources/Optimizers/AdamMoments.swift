import CKernels
import Tensors

/// What Adam, AdamW and LAMB share: the running means of g and g², and the numbers of a step.
struct AdamMoments {
  private(set) var means: FloatBuffer
  private(set) var squares: FloatBuffer
  private(set) var slices: Slices
  let beta1: Double
  let beta2: Double
  let epsilon: Double
  let weightDecay: Double

  init(count: Int, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double) throws {
    means = try FloatBuffer(count: count)
    squares = try FloatBuffer(count: count)
    slices = Slices(ofAll: count)
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  var state: [OptimizerState] {
    [OptimizerState(name: "exp_avg", values: means), OptimizerState(name: "exp_avg_sq", values: squares)]
  }

  /// Keeps the slices' part alone.
  mutating func restrict(to ranges: [Range<Int>]) throws {
    let (former, slices) = (slices, slices.restricted(to: ranges))
    means = try slices.copy(means, of: former)
    squares = try slices.copy(squares, of: former)
    self.slices = slices
  }

  /// The numbers of a step, counted from 1.
  func numbers(step: Int, learningRate: Double) -> dpt_adam_step {
    dpt_adam_step(
      learningRate: learningRate, beta1: beta1, beta2: beta2, correction1: 1 - power(beta1, step),
      correction2: 1 - power(beta2, step), epsilon: epsilon, weightDecay: weightDecay)
  }
}
