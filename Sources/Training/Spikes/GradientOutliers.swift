import Tensors

/// When the norm of a step's gradient is unusual: at least `factor` times the median of the `window` steps before it, and
/// above that by more than `deviations` median absolute deviations, both taken of the norms' logarithms, since norms spread
/// over orders of magnitude. A norm that is infinite or no number is always unusual.
public struct GradientOutlierRule: Equatable, Sendable {
  /// Steps that a step is compared with.
  public var window = 50
  /// Steps that must have been before one that is compared.
  public var fewest = 10
  /// Times the usual norm that an unusual one is at least.
  public var factor = 10.0
  /// Median absolute deviations of the logarithm that it is above the usual one.
  public var deviations = 6.0

  /// The rule as it is stated.
  public init() {}

  /// The places of unusual norms, counted from 0; the first `fewest` are none, unless they are not finite.
  public func outliers(in norms: [Double]) -> [Int] {
    var search = GradientOutlierSearch(self)
    return norms.indices.filter { search.add(norms[$0]) }
  }
}

/// Looks for unusual norms step by step.
struct GradientOutlierSearch: Equatable, Codable {
  private let rule: GradientOutlierRule
  private let leastRise: Double
  private var before: SortedWindow

  /// A search at whose start nothing has been seen.
  init(_ rule: GradientOutlierRule = GradientOutlierRule()) {
    self.init(rule, before: SortedWindow(size: rule.window))
  }

  private init(_ rule: GradientOutlierRule, before: SortedWindow) {
    self.rule = rule
    self.before = before
    leastRise = naturalLogarithm(rule.factor)
  }

  /// Takes the next step's norm in, and tells whether it is unusual: all ranks alike, whatever C library they have.
  /// Allocates nothing.
  mutating func add(_ norm: Double) -> Bool {
    let logarithm = norm.isFinite ? naturalLogarithm(max(norm, .leastNormalMagnitude)) : .infinity
    let isCompared = before.count >= min(rule.fewest, rule.window) && before.count > 0
    let isUnusual =
      !norm.isFinite
      || isCompared && logarithm > before.median + max(leastRise, rule.deviations * before.medianDeviation)
    before.append(logarithm)
    return isUnusual
  }

  /// Takes memory of its own.
  mutating func detach() { before = before.copy }

  /// A search as it was, by the rule as it is stated.
  init(from decoder: any Decoder) throws {
    self.init(GradientOutlierRule(), before: try SortedWindow(from: decoder))
  }

  /// What has been seen.
  func encode(to encoder: any Encoder) throws { try before.encode(to: encoder) }
}
