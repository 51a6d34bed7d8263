/// How gradients are added up over the ranks.
public enum Reduction: String, CaseIterable, Sendable {
  /// In one fixed tree over the shards: the same bits on any number of ranks.
  case tree
  /// By `MPI_Allreduce`, in whatever order it likes, for networks that add themselves: the bits depend on the number of
  /// ranks.
  case native
}
