import CKernels

/// Passes over flat vectors that belong to no layer.
public enum Kernel {
  /// x ← x / divisor.
  public static func divide(_ x: UnsafeMutablePointer<Float>, count: Int, by divisor: Float) {
    dpt_divide(x, count, divisor)
  }
}
