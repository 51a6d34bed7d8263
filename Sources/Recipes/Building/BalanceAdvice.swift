extension Recipe {
  /// How many shards let this number of ranks share them by their speed; nil if a batch has no more samples than ranks.
  package func shardsToBalance(ranks: Int) -> Int? {
    let shards = min(4 * ranks, batch, 4096)
    return shards > ranks ? shards : nil
  }
}
