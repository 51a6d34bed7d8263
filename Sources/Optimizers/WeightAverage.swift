import CKernels
import Tensors

/// An exponential moving average of the weights, which often generalizes better than the last weights:
///
///     a ← a + (1 − dₜ)(w − a) after step t, from the initial weights
///     dₜ = min(d, (1 + t) / (10 + t)), t counted from 0, or d without warm-up
///
/// The warm-up makes the average forget the initial weights within a few steps. Running statistics, such as those of batch
/// normalization, are averaged too, so that they match the averaged weights.
/// Polyak & Juditsky 1992 for averaging; Tarvainen & Valpola 2017 for this form.
public final class WeightAverage {
  /// The share of the average that is kept at each step, after the warm-up.
  public let decay: Double
  /// Whether the first steps keep less.
  public let warmsUp: Bool
  /// The averaged weights, laid out as the model's. They may be incomplete: read them through the experiment.
  package let values: FloatBuffer
  /// The averaged running statistics, laid out as the model's buffers.
  package let buffers: FloatBuffer

  /// An average that starts from the current weights and running statistics.
  /// - Throws: `Failure` (system) if there is not enough memory.
  public init(of weights: FloatBuffer, buffers: FloatBuffer, decay: Double, warmsUp: Bool = true) throws {
    self.decay = decay
    self.warmsUp = warmsUp
    values = try FloatBuffer(count: weights.count)
    values.base.update(from: weights.base, count: weights.count)
    self.buffers = try FloatBuffer(count: buffers.count)
    self.buffers.base.update(from: buffers.base, count: buffers.count)
  }

  /// Adds the weights after a step, counted from 0. Allocates nothing.
  package func update(_ weights: UnsafePointer<Float>, step: Int) {
    dpt_approach(values.base, weights, values.count, newShare(step))
  }

  /// Adds the running statistics after a step, counted from 0. Allocates nothing.
  package func updateBuffers(_ statistics: UnsafePointer<Float>, step: Int) {
    dpt_approach(buffers.base, statistics, buffers.count, newShare(step))
  }

  /// The share of the new values at a step.
  private func newShare(_ step: Int) -> Float {
    Float(1 - (warmsUp ? min(decay, Double(1 + step) / Double(10 + step)) : decay))
  }
}
