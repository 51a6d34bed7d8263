/// How an epoch orders its samples.
public enum SampleOrder: Equatable, Sendable {
  /// As in the data set.
  case ascending
  /// Another permutation in each epoch.
  case shuffled
  /// Shuffled, and then arranged so that the samples of a batch are of like length: within each window of so many batches,
  /// samples are sorted by length and cut into batches, which are shuffled. A batch keeps its samples in their shuffled order.
  case byLength(batch: Int, window: Int)
}
