import Collectives

/// The times of all ranks in some steps. Steps are added in groups, of which the medians count: so a checkpoint or an evaluation
/// between two steps has no influence. Only `speeds` allocates.
struct RankTimes {
  private static let groupLimit = 40

  /// The number of steps, and the seconds of each step's slowest rank.
  private(set) var steps = 0
  private(set) var seconds = 0.0
  private let ranks: Int
  /// Seconds of shards and of other work by rank: in the current step, and in each group of steps.
  private var current: [SIMD2<Double>]
  private var groups: [SIMD2<Double>]
  /// The number of complete groups, of the steps that complete one, and of those in the open one, which follows the others.
  private var complete = 0
  private var stepsOfGroup = 1
  private var openSteps = 0

  init(ranks: Int) {
    self.ranks = ranks
    current = Array(repeating: SIMD2(0, 0), count: ranks)
    groups = Array(repeating: SIMD2(0, 0), count: ranks * RankTimes.groupLimit)
  }

  /// Adds a rank's seconds in a batch of the current step.
  mutating func add(rank: Int, shards: Double, other: Double) { current[rank] += SIMD2(shards, other) }

  /// Ends the step. Its times are only noted if it `counts`.
  mutating func endStep(counts: Bool) {
    if counts { noteStep() }
    for rank in 0..<ranks { current[rank] = SIMD2(0, 0) }
  }

  private mutating func noteStep() {
    var slowest = 0.0
    for rank in 0..<ranks {
      let place = complete * ranks + rank
      groups[place] = openSteps == 0 ? current[rank] : groups[place] + current[rank]
      slowest = max(slowest, current[rank].sum())
    }
    steps += 1
    seconds += slowest
    openSteps += 1
    guard openSteps == stepsOfGroup else { return }
    openSteps = 0
    complete += 1
    if complete == RankTimes.groupLimit { joinGroups() }
  }

  /// Makes one group of every two.
  private mutating func joinGroups() {
    complete /= 2
    stepsOfGroup *= 2
    for place in 0..<complete * ranks {
      let first = place / ranks * 2 * ranks + place % ranks
      groups[place] = groups[first] + groups[first + ranks]
    }
  }

  /// Forgets all steps.
  mutating func restart() {
    (steps, seconds) = (0, 0)
    (complete, stepsOfGroup, openSteps) = (0, 1, 0)
  }

  /// The ranks' speeds, if they had these shares.
  func speeds(_ shares: ShardShares) -> RankSpeeds {
    func medians(_ part: Int) -> [Double] {
      (0..<ranks).map { rank in
        let sorted = (0..<complete).map { groups[$0 * ranks + rank][part] }.sorted()
        guard !sorted.isEmpty else { return 0 }
        return (sorted[sorted.count / 2] + sorted[(sorted.count - 1) / 2]) / 2 / Double(stepsOfGroup)
      }
    }
    return RankSpeeds(shard: zip(medians(0), shares.counts).map { $0 / Double($1) }, other: medians(1))
  }
}
