import DPTrain

/// A subcommand that all ranks of a job run together. What does not conform is run by one of them.
protocol UsesRanks {}

extension Launch {
  /// Whether this process runs a subcommand that needs no ranks. If a launcher started several, rank 0 does, and says so.
  func runsAlone(_ subcommand: String?) -> Bool {
    guard speaks else { return false }
    if let subcommand, isLive, expectsSeveralRanks {
      complain(
        "dp-train: \(subcommand) needs no ranks: rank 0 alone runs it, "
          + (expectedSize.map { "of \($0) that were started" } ?? "and the others end"))
    }
    return true
  }
}
