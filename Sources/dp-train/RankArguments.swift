import ArgumentParser

/// `--oversubscribe`, as the subcommands take it that compute on all ranks.
struct RankArguments: ParsableArguments {
  @Flag(
    help: """
      Let all ranks compute where there are more of them than processors; else some sleep until the others are done, \
      which is faster, to the same bits. DPTRAIN_OVERSUBSCRIBE=1 does the same.
      """)
  var oversubscribe = false
}
