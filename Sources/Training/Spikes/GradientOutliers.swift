import Tensors

/// The rule for unusual gradient norms: at least `factor` times the median of the `window` steps before, and above it by more
/// than `deviations` median absolute deviations. Both are of the norms' logarithms, since norms spread over orders of
/// magnitude. A norm that is infinite or NaN is always unusual.
public struct GradientOutlierRule: Equatable, Sendable {
  /// The number of former steps that a step is compared with.
  public var window = 50
  /// The minimum number of former steps for a comparison.
  public var fewest = 10
  /// The minimum ratio of an unusual norm to the median.
  public var factor = 10.0
  /// The minimum distance from the median, in median absolute deviations of the logarithm.
  public var deviations = 6.0

  /// The rule with its default numbers.
  public init() {}

  /// The indices of unusual norms. The first `fewest` only count if they are not finite.
  public func outliers(in norms: [Double]) -> [Int] {
    var search = GradientOutlierSearch(self)
    return norms.indices.filter { search.add(norms[$0]) }
  }
}

/// Searches unusual norms step by step.
struct GradientOutlierSearch: Equatable, Codable {
  private let rule: GradientOutlierRule
  private let leastRise: Double
  private var before: SortedWindow

  /// A search before the first step.
  init(_ rule: GradientOutlierRule = GradientOutlierRule()) {
    self.init(rule, before: SortedWindow(size: rule.window))
  }

  private init(_ rule: GradientOutlierRule, before: SortedWindow) {
    self.rule = rule
    self.before = before
    leastRise = naturalLogarithm(rule.factor)
  }

  /// Adds the next step's norm; returns whether it is unusual. All ranks get the same answer, even with different C
  /// libraries. Allocates nothing.
  mutating func add(_ norm: Double) -> Bool {
    let logarithm = norm.isFinite ? naturalLogarithm(max(norm, .leastNormalMagnitude)) : .infinity
    let isCompared = before.count >= min(rule.fewest, rule.window) && before.count > 0
    let isUnusual =
      !norm.isFinite
      || isCompared && logarithm > before.median + max(leastRise, rule.deviations * before.medianDeviation)
    before.append(logarithm)
    return isUnusual
  }

  /// Copies its memory, so that the original can change.
  mutating func detach() { before = before.copy }

  /// Reads a search, which uses the default rule.
  init(from decoder: any Decoder) throws {
    self.init(GradientOutlierRule(), before: try SortedWindow(from: decoder))
  }

  /// Writes the norms of the window.
  func encode(to encoder: any Encoder) throws { try before.encode(to: encoder) }
}
