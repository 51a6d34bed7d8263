/// How an epoch orders its samples.
public enum SampleOrder: Equatable, Sendable {
  /// As in the data set.
  case ascending
  /// Another permutation in each epoch.
  case shuffled
  /// Batches of samples of like length. The shuffled order is cut into windows of `window` batches of `batch` samples. Each
  /// window is sorted by length and cut into batches. Then its batches are shuffled. A batch keeps the shuffled order.
  case byLength(batch: Int, window: Int)

  /// Whether it is by length.
  var isByLength: Bool { if case .byLength = self { true } else { false } }
}
