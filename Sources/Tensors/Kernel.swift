import CKernels

/// Passes over flat vectors that belong to no layer.
public enum Kernel {
  /// quotient ← x / divisor; both may be one.
  public static func divide(
    _ x: UnsafePointer<Float>, by divisor: Float, into quotient: UnsafeMutablePointer<Float>, count: Int
  ) {
    dpt_divide(x, quotient, count, divisor)
  }

  /// y ← y + x.
  public static func add(_ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int) {
    dpt_add(y, x, count)
  }
}
