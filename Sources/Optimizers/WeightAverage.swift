import CKernels
import Tensors

/// An exponential moving average of the weights, which often generalizes better than the last weights:
///
///     a ← a + (1 − dₜ)(w − a) after the first step and every n-th one after it, from the initial weights
///     dₜ = min(d, (1 + t) / (10 + t)), t counts these steps from 0, or d without warm-up
///
/// The warm-up makes the average forget the initial weights within a few steps. Running statistics, such as those of batch
/// normalization, are averaged too, so that they match the averaged weights.
/// Polyak & Juditsky 1992 for averaging; Tarvainen & Valpola 2017 for this form.
public final class WeightAverage {
  /// The share of the average that is kept at each step, after the warm-up.
  public let decay: Double
  /// Whether the first steps keep less.
  public let warmsUp: Bool
  /// The average takes in the weights of one step in this many.
  public let interval: Int
  /// The averaged weights, laid out as the model's. They may be incomplete: read them through the experiment.
  package let values: FloatBuffer
  /// The averaged running statistics, laid out as the model's buffers.
  package let buffers: FloatBuffer

  /// An average that starts from the current weights and running statistics.
  /// - Throws: `Failure` (system) if there is not enough memory.
  public init(of weights: FloatBuffer, buffers: FloatBuffer, decay: Double, warmsUp: Bool = true, interval: Int = 1)
    throws
  {
    precondition(interval > 0, "an average takes in steps")
    self.decay = decay
    self.warmsUp = warmsUp
    self.interval = interval
    values = try FloatBuffer(count: weights.count)
    values.base.update(from: weights.base, count: weights.count)
    self.buffers = try FloatBuffer(count: buffers.count)
    self.buffers.base.update(from: buffers.base, count: buffers.count)
  }

  /// Adds the weights after a step, counted from 0. Allocates nothing.
  package func update(_ weights: UnsafePointer<Float>, step: Int) {
    guard let share = newShare(step) else { return }
    dpt_approach(values.base, weights, values.count, share)
  }

  /// Adds the running statistics after a step, counted from 0. Allocates nothing.
  package func updateBuffers(_ statistics: UnsafePointer<Float>, step: Int) {
    guard let share = newShare(step) else { return }
    dpt_approach(buffers.base, statistics, buffers.count, share)
  }

  /// The share of the new values after a step; nil if the average does not take them in.
  private func newShare(_ step: Int) -> Float? {
    guard step.isMultiple(of: interval) else { return nil }
    let turn = step / interval
    return Float(1 - (warmsUp ? min(decay, Double(1 + turn) / Double(10 + turn)) : decay))
  }
}
