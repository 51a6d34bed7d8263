import Collectives
import Datasets
import Diagnostics

/// How fast the ranks load a recipe's training samples, with nothing else at work.
public struct LoadingRate: Sendable {
  /// Samples and seconds of all ranks together.
  public struct Span: Sendable {
    /// The number of samples.
    public var samples = 0
    /// How long the slowest rank took.
    public var seconds = 0.0

    /// The samples a second; nil if there are none.
    public var rate: Double? { samples > 0 && seconds > 0 ? Double(samples) / seconds : nil }
  }

  /// The first epoch, in which a cache is filled, without its first batch, which allocates.
  public var first = Span()
  /// The epochs after it.
  public var later = Span()

  /// Loads batches, each rank its own part, for about this time. Every rank calls it.
  /// - Throws: `Failure` if samples cannot be read, (system) if memory is short.
  public static func measure(_ experiment: Experiment, workspace: Workspace, seconds: Double) throws -> LoadingRate {
    let loader = try BatchLoader(
      data: experiment.data.training, sampler: experiment.makeSampler(), mixer: experiment.makeMixer(),
      capacity: workspace.capacity)
    let (count, size) = (experiment.samplesPerEpoch, workspace.batch)
    let communicator = workspace.communicator
    var result = LoadingRate()
    var (epoch, position, elapsed) = (0, 0, 0.0)
    let work = LongWork("loading samples", total: 1000)
    while elapsed < seconds {
      let batch = position..<min(position + size, count)
      let own = workspace.shards.divide(batch: batch)
      let start = monotonicSeconds()
      _ = try loader.load(BatchLoader.Portion(epoch: epoch, batch: batch, positions: own), next: nil)
      // Ranks go on together, as they do in a training.
      let nanoseconds = try communicator.gather(Int((monotonicSeconds() - start) * 1e9))
      let slowest = Double(nanoseconds.max() ?? 0) * 1e-9
      if epoch > 0 {
        result.later.add(batch.count, slowest)
      } else if position > 0 || batch.upperBound == count {
        result.first.add(batch.count, slowest)
      }
      elapsed += slowest
      work.show(done: Int(min(1, elapsed / seconds) * 1000))
      position = batch.upperBound
      if position == count { (epoch, position) = (epoch + 1, 0) }
    }
    return result
  }
}

extension LoadingRate.Span {
  fileprivate mutating func add(_ samples: Int, _ seconds: Double) {
    self.samples += samples
    self.seconds += seconds
  }
}
