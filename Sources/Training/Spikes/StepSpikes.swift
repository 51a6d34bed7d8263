/// When the losses of single steps, which differ from batch to batch, count as a spike.
///
/// A spike begins at a step whose loss is above the median of the `window` steps before it by more than `factor` times
/// their median absolute deviation from it, and by more than `share` of the first loss: so neither the usual noise counts
/// nor what nobody would see. It lasts until the loss is back under that threshold. NaN is above everything.
public struct StepSpikeRule: Equatable, Sendable {
  /// Steps that a step is compared with.
  public var window = 50
  /// Steps that must have been before one that is compared.
  public var fewest = 10
  /// Median absolute deviations that a spike rises at least.
  public var factor = 10.0
  /// Share of the first loss that a spike rises at least.
  public var share = 0.1

  /// The rule as it is stated.
  public init() {}

  /// The spikes among the losses of successive steps, in their order; the first `fewest` steps are in none.
  public func spikes(in losses: [Double]) -> [LossSpike] {
    var search = StepSpikeSearch(self)
    var spikes: [LossSpike] = []
    for (place, loss) in losses.enumerated() {
      switch search.add(loss) {
      case .usual: break
      // A NaN is no peak.
      case .begins: spikes.append(LossSpike(range: place..<place + 1, peak: loss.isNaN ? -.infinity : loss))
      case .goesOn:
        guard let last = spikes.popLast() else { break }
        spikes.append(LossSpike(range: last.range.lowerBound..<place + 1, peak: loss > last.peak ? loss : last.peak))
      }
    }
    return spikes
  }
}

/// Looks for spikes step by step.
struct StepSpikeSearch: Equatable, Codable {
  /// What a step is.
  enum Finding {
    case usual, begins, goesOn
  }

  private let rule: StepSpikeRule
  private var before: SortedWindow
  private var first: Double?
  /// The threshold of the spike under way: it stays what it was at the beginning.
  private var limit: Double?

  /// A search at whose start nothing has been seen.
  init(_ rule: StepSpikeRule = StepSpikeRule()) {
    self.rule = rule
    before = SortedWindow(size: rule.window)
  }

  /// Takes the next step's loss in, and tells what it is. Allocates nothing.
  mutating func add(_ loss: Double) -> Finding {
    let finding = find(loss)
    if first == nil { first = loss }
    before.append(loss)
    return finding
  }

  private mutating func find(_ loss: Double) -> Finding {
    if let limit, !(loss <= limit) { return .goesOn }
    limit = nil
    guard let first, before.count >= min(rule.fewest, rule.window), before.count > 0 else { return .usual }
    let threshold = before.median + max(rule.factor * before.medianDeviation, rule.share * first)
    if loss <= threshold { return .usual }
    limit = threshold
    return .begins
  }

  /// Takes memory of its own.
  mutating func detach() { before = before.copy }

  private enum CodingKeys: CodingKey {
    case before, first, limit
  }

  /// A search as it was, by the rule as it is stated.
  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    rule = StepSpikeRule()
    before = try values.decode(SortedWindow.self, forKey: .before)
    first = try values.decodeIfPresent(Double.self, forKey: .first)
    limit = try values.decodeIfPresent(Double.self, forKey: .limit)
  }

  /// What has been seen.
  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(before, forKey: .before)
    try values.encodeIfPresent(first, forKey: .first)
    try values.encodeIfPresent(limit, forKey: .limit)
  }
}
