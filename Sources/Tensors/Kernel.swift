import CKernels

/// Passes over flat vectors that belong to no layer.
public enum Kernel {
  /// x ← x / divisor.
  public static func divide(_ x: UnsafeMutablePointer<Float>, count: Int, by divisor: Float) {
    dpt_divide(x, count, divisor)
  }

  /// y ← y + x.
  public static func add(_ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int) {
    dpt_add(y, x, count)
  }
}
