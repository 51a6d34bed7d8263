extension Recipe {
  /// A number of shards that so many ranks can share by their speed, some for each; nil if a batch has no more samples than ranks.
  package func shardsToBalance(ranks: Int) -> Int? {
    let shards = min(4 * ranks, batch, 4096)
    return shards > ranks ? shards : nil
  }
}
