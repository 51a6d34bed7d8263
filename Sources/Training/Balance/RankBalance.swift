/// How the ranks share the shards of a batch. Ranks only decide who computes which shard, so this changes no bit.
public enum RankBalance: String, CaseIterable, Sendable {
  /// By the time that each rank takes for a shard; shares change between steps. Only if gradients are added in the tree.
  case auto
  /// As evenly as possible.
  case even
}
