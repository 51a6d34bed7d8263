import CKernels
import Tensors

/// An exponential moving average of the weights, which often generalizes better than the last weights:
///
///     a ← a + (1 − d)(w − a) after every step, from the initial weights
///
/// Running statistics, such as those of batch normalization, are not averaged: they are the last ones.
/// Polyak & Juditsky 1992 for averaging; Tarvainen & Valpola 2017 for this form.
public final class WeightAverage {
  /// The share of the average that is kept at each step.
  public let decay: Double
  /// The averaged weights, laid out as the model's; writing them restores the state.
  public let values: FloatBuffer

  /// An average that starts from the weights as they are.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public init(of weights: FloatBuffer, decay: Double) throws {
    self.decay = decay
    values = try FloatBuffer(count: weights.count)
    values.base.update(from: weights.base, count: weights.count)
  }

  /// Takes in the weights after a step. Allocates nothing.
  public func update(_ weights: UnsafePointer<Float>) {
    dpt_approach(values.base, weights, values.count, Float(1 - decay))
  }
}
