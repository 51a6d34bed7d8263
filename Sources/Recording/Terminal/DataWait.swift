import Training

/// Notes how long training waits for samples, and says once that it is long.
struct DataWait {
  /// The least share of an epoch's time that is worth saying, and the least seconds.
  private static let least = (share: 0.1, seconds: 1.0)

  /// What helps; nil to say nothing.
  private var advice: String?
  private var epoch: Int?
  private var isFirst = true
  private var (data, all) = (0.0, 0.0)

  /// Notes times for a run; `advice` says what helps if they are long, nil to say nothing.
  init(advice: String?) { self.advice = advice }

  /// Takes a step's times. Returns what there is to say about the epoch before it. The first epoch does not count: it fills the
  /// cache.
  mutating func add(_ report: StepReport) -> String? {
    var notice: String?
    if let epoch, epoch != report.epoch {
      notice = isFirst ? nil : self.notice
      isFirst = false
      (data, all) = (0, 0)
    }
    epoch = report.epoch
    data += report.times.data
    all += report.seconds
    return notice
  }

  /// Returns what there is to say at the end of the run. The only epoch counts.
  mutating func finish() -> String? { notice }

  private var notice: String? {
    mutating get {
      guard let advice, let epoch, data > Self.least.share * all, data > Self.least.seconds else { return nil }
      self.advice = nil
      return "in epoch \(epoch) training waited for data \(Format.percent(data / all)) of the time: \(advice)"
    }
  }
}
