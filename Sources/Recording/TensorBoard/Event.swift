import ProtocolBuffers

/// A TensorBoard event, with the field numbers of TensorFlow's `tensorflow/core/util/event.proto`.
struct Event {
  /// The message.
  let bytes: [UInt8]

  private enum Field {
    static let wallTime = 1
    static let step = 2
    static let fileVersion = 3
    static let summary = 5
    static let sessionLog = 7
    static let sourceMetadata = 10
  }

  private init(time: Double, _ body: (inout ProtocolBuffer) -> Void) {
    bytes =
      ProtocolBuffer {
        $0.add(Field.wallTime, time)
        body(&$0)
      }.bytes
  }

  /// The first of a file; the time is in seconds since 1970.
  static func start(time: Double) -> Event {
    Event(time: time) {
      $0.add(Field.fileVersion, "brain.Event:2")
      $0.add(Field.sourceMetadata) { $0.add(1, "dp-train") }
    }
  }

  /// That a program goes on writing: what was read of this step and later ones no longer counts.
  static func resumption(time: Double, step: Int) -> Event {
    Event(time: time) {
      $0.add(Field.step, Int64(step))
      // SessionLog.status: START.
      $0.add(Field.sessionLog) { $0.add(1, 1 as Int64) }
    }
  }

  /// What there is to see of a step.
  static func summary(time: Double, step: Int, _ values: [SummaryValue]) -> Event {
    Event(time: time) {
      $0.add(Field.step, Int64(step))
      $0.add(Field.summary) { summary in
        for value in values { summary.add(1, value.message) }
      }
    }
  }
}
