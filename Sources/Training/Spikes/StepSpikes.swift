/// The rule for spikes in the losses of single steps, which differ from batch to batch.
///
/// A spike begins at a step whose loss is above the median of the `window` steps before by more than `factor` median absolute
/// deviations, and by more than `share` of the first loss. So neither usual noise nor invisible rises count. It lasts until
/// the loss is below that threshold again. NaN counts as infinite.
public struct StepSpikeRule: Equatable, Sendable {
  /// The number of former steps that a step is compared with.
  public var window = 50
  /// The minimum number of former steps for a comparison.
  public var fewest = 10
  /// The minimum rise of a spike, in median absolute deviations.
  public var factor = 10.0
  /// The minimum rise of a spike, as a share of the first loss.
  public var share = 0.1

  /// The rule with its default numbers.
  public init() {}

  /// The spikes in the losses of successive steps, in order. The first `fewest` steps are in none.
  public func spikes(in losses: [Double]) -> [LossSpike] {
    var search = StepSpikeSearch(self)
    var spikes: [LossSpike] = []
    for (place, loss) in losses.enumerated() {
      switch search.add(loss) {
      case .usual: break
      // NaN cannot be a peak.
      case .begins: spikes.append(LossSpike(range: place..<place + 1, peak: loss.isNaN ? -.infinity : loss))
      case .goesOn:
        guard let last = spikes.popLast() else { break }
        spikes.append(LossSpike(range: last.range.lowerBound..<place + 1, peak: loss > last.peak ? loss : last.peak))
      }
    }
    return spikes
  }
}

/// Searches spikes step by step.
struct StepSpikeSearch: Equatable, Codable {
  /// The classification of a step.
  enum Finding {
    case usual, begins, goesOn
  }

  private let rule: StepSpikeRule
  private var before: SortedWindow
  private var first: Double?
  /// The threshold of the current spike, fixed at its beginning; nil if there is no spike.
  private var limit: Double?

  /// A search before the first step.
  init(_ rule: StepSpikeRule = StepSpikeRule()) {
    self.rule = rule
    before = SortedWindow(size: rule.window)
  }

  /// Adds the next step's loss and classifies it. Allocates nothing.
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

  /// Copies its memory, so that the original can change.
  mutating func detach() { before = before.copy }

  private enum CodingKeys: CodingKey {
    case before, first, limit
  }

  /// Reads a search, which uses the default rule.
  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    rule = StepSpikeRule()
    before = try values.decode(SortedWindow.self, forKey: .before)
    first = try values.decodeIfPresent(Double.self, forKey: .first)
    limit = try values.decodeIfPresent(Double.self, forKey: .limit)
  }

  /// Writes the search's state.
  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(before, forKey: .before)
    try values.encodeIfPresent(first, forKey: .first)
    try values.encodeIfPresent(limit, forKey: .limit)
  }
}
