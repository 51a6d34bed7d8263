import CKernels

/// The norm of the whole gradient, and clipping by it or by value.
public enum GradientClipping {
  /// The Euclidean norm of `gradients`, in a fixed order of summation.
  public static func norm(_ gradients: UnsafePointer<Float>, count: Int) -> Double {
    dpt_sum_of_squares(gradients, count).squareRoot()
  }

  /// Scales `gradients` by limit / (norm + 1e-6) if that is below 1, as PyTorch's `clip_grad_norm_`
  /// (Pascanu, Mikolov & Bengio 2013).
  public static func clip(_ gradients: UnsafeMutablePointer<Float>, count: Int, norm: Double, limit: Double) {
    let factor = limit / (norm + 1e-6)
    if factor < 1 { dpt_scale(gradients, count, Float(factor)) }
  }

  /// Multiplies `gradients` by a factor.
  public static func scale(_ gradients: UnsafeMutablePointer<Float>, count: Int, by factor: Double) {
    dpt_scale(gradients, count, Float(factor))
  }

  /// Moves each of `gradients` to the nearest value in ±limit, as PyTorch's `clip_grad_value_`.
  public static func clip(_ gradients: UnsafeMutablePointer<Float>, count: Int, value limit: Double) {
    dpt_clamp(gradients, count, Float(limit))
  }
}
