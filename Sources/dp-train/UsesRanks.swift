import ArgumentParser
import DPTrain

/// A subcommand that all ranks of a job run together. Other subcommands run on rank 0 alone.
protocol UsesRanks {}

/// `--oversubscribe`, for subcommands that compute on all ranks.
struct RankArguments: ParsableArguments {
  @Flag(
    help: """
      Run all ranks even if there are fewer processors. By default surplus ranks sleep, which is faster; results are \
      identical. DPTRAIN_OVERSUBSCRIBE=1 does the same.
      """)
  var oversubscribe = false
}

extension Launch {
  /// Whether this process runs a subcommand that needs no ranks. Only rank 0 does; it prints a warning if a launcher
  /// started several.
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
