/// The rule that shortens a step's gradient: to `limit` times the median norm of the last `window` steps, if it is longer.
/// Nothing is shortened in the first steps, nor if the median is 0.
public struct OutlierRule: Equatable, Sendable {
  /// The largest ratio of a norm to the median.
  public var limit: Double
  /// The number of former steps that a step is compared with.
  public var window: Int

  /// A rule with these numbers.
  public init(limit: Double, window: Int = 100) {
    precondition(limit > 0 && window > 0, "a limit is above 0, and a window has a length")
    self.limit = limit
    self.window = window
  }
}

/// Finds steps whose gradient is shortened. It only depends on the norms so far, so all ranks find the same.
struct GradientShortening: Equatable, Codable {
  /// The minimum number of former steps for a comparison.
  private static let fewest = 10

  /// The number of steps so far whose gradient was shortened.
  private(set) var count = 0
  private var norms: SortedWindow

  /// Before the first step.
  init(_ rule: OutlierRule) { norms = SortedWindow(size: rule.window) }

  /// Adds the next step's norm, which is finite; returns the norm that the gradient gets instead, or nil if it stays as it is.
  /// Later steps are compared with the norms before shortening, so a lasting rise is soon usual. Allocates nothing.
  mutating func add(_ norm: Double, _ rule: OutlierRule) -> Double? {
    defer { norms.append(norm) }
    guard norms.count >= min(Self.fewest, rule.window) else { return nil }
    let longest = rule.limit * norms.median
    guard longest > 0, norm > longest else { return nil }
    count += 1
    return longest
  }

  /// A copy with its own memory, so that the next step need not copy.
  var copy: GradientShortening {
    var copy = self
    copy.norms = norms.copy
    return copy
  }
}
