import CKernels

/// The most floating-point operations a second that one core reaches with the instruction set in use.
public enum PeakRate {
  /// Windows of which the fastest counts, since whatever disturbs makes a window slower.
  private static let windows = 9
  /// The least seconds of a window.
  private static let span = 0.01

  /// Measures it, for about a fifth of a second: two operations per fused multiply-add.
  public static func measure() -> Double {
    var turns = 1000
    while window(turns).seconds < span { turns *= 2 }
    return (0..<windows).map { _ in
      let (operations, seconds) = window(turns)
      return operations / seconds
    }.max() ?? 0
  }

  private static func window(_ turns: Int) -> (operations: Double, seconds: Double) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Int(DPT_LANES)) { result in
      let start = monotonicSeconds()
      // A factor below 1, so that the chains neither overflow nor become slow subnormal numbers.
      let operations = dpt_multiply_adds(turns, 0.999, 0.001, result.baseAddress)
      return (operations, monotonicSeconds() - start)
    }
  }
}
