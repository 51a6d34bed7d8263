import CKernels
import Tensors

/// The peak of one core, in floating-point operations a second, with the active instruction set.
public enum PeakRate {
  /// The number of windows; the fastest counts, since disturbances only make a window slower.
  private static let windows = 9
  /// The minimum length of a window, in seconds.
  private static let span = 0.01

  /// Measures the peak of products of a precision in about a fifth of a second. A fused multiply-add counts as two operations.
  public static func measure(_ precision: Precision = .float32) -> Double {
    var turns = 1000
    while window(turns, precision).seconds < span { turns *= 2 }
    return (0..<windows).map { _ in
      let (operations, seconds) = window(turns, precision)
      return operations / seconds
    }.max() ?? 0
  }

  private static func window(_ turns: Int, _ precision: Precision) -> (operations: Double, seconds: Double) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Int(DPT_LANES)) { result in
      let start = monotonicSeconds()
      // With a factor below 1, the chains neither overflow nor become slow subnormal numbers.
      let operations = dpt_multiply_adds(precision.kernel, turns, 0.999, 0.001, result.baseAddress)
      return (operations, monotonicSeconds() - start)
    }
  }
}
