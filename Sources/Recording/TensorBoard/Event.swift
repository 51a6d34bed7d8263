import ProtocolBuffers

/// The events of a TensorBoard file.
extension TensorBoardEvent {
  private init(time: Double, _ what: OneOf_What) {
    self.init()
    wallTime = time
    self.what = what
  }

  /// The first event of a file; the time is in seconds since 1970.
  static func start(time: Double) -> Self {
    var event = Self(time: time, .fileVersion("brain.Event:2"))
    event.sourceMetadata.writer = "dp-train"
    return event
  }

  /// An event after a resumption: TensorBoard then discards this step and later ones that it has read before.
  static func resumption(time: Double, step: Int) -> Self {
    var log = TensorBoardSessionLog()
    log.status = .start
    var event = Self(time: time, .sessionLog(log))
    event.step = Int64(step)
    return event
  }

  /// The values of a step.
  static func summary(time: Double, step: Int, _ values: [TensorBoardSummary.Value]) -> Self {
    var summary = TensorBoardSummary()
    summary.value = values
    var event = Self(time: time, .summary(summary))
    event.step = Int64(step)
    return event
  }
}
