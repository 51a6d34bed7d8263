import Diagnostics

/// The values of a sample in a `.ts` file, which is taken channel by channel.
struct TSValues {
  /// The values of the channels so far, one channel after the other; a missing one is NaN.
  private(set) var values: [Double] = []
  /// The number of steps of each channel.
  private(set) var steps = 0
  /// Whether values are missing.
  private(set) var hasMissing = false
  private var channel = 0
  private let path: String
  private let line: Int

  /// No channels yet, with memory for as many values as there may be; `path` and `line` are for messages.
  init(path: String, line: Int, capacity: Int) {
    self.path = path
    self.line = line
    values.reserveCapacity(capacity)
  }

  /// Takes a channel: numbers separated by commas.
  /// - Throws: `Failure` (data) naming the channel and the step.
  mutating func take(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    let before = values.count
    var start = 0
    while true {
      var stop = start
      while stop < bytes.count, bytes[stop] != UInt8(ascii: ",") { stop += 1 }
      let field = UnsafeBufferPointer(rebasing: bytes[start..<stop])
      values.append(try value(field, step: values.count - before))
      guard stop < bytes.count else { break }
      start = stop + 1
    }
    let count = values.count - before
    if channel == 0 { steps = count }
    guard count == steps else {
      throw Failure(
        .data, "\(path):\(line): channel \(channel) has \(counted(count, "step")), but channel 0 has \(steps)",
        advice: "all channels of a sample must have the same number of steps; write ? for a missing value")
    }
    channel += 1
  }

  private mutating func value(_ field: UnsafeBufferPointer<UInt8>, step: Int) throws -> Double {
    if let number = decimalNumber(field), Float(number).isFinite { return number }
    var (start, end) = (0, field.count)
    while start < end, field[start] == blank || field[start] == tab { start += 1 }
    while start < end, field[end - 1] == blank || field[end - 1] == tab { end -= 1 }
    let bare = UnsafeBufferPointer(rebasing: field[start..<end])
    let number = decimalNumber(bare)
    if let number, Float(number).isFinite { return number }
    let text = String(decoding: bare, as: UTF8.self)
    if text == "?" || text.lowercased() == "nan" {
      hasMissing = true
      return .nan
    }
    throw fault(text, number, step: step)
  }

  /// The failure for a field that is no value: `number` is what it says, if that is a number beyond float32.
  private func fault(_ text: String, _ number: Double?, step: Int) -> Failure {
    let shown = text.count > 40 ? text.prefix(37) + "..." : text
    let isInfinite = number != nil || ["inf", "+inf", "-inf", "infinity", "-infinity"].contains(text.lowercased())
    let reason =
      if text.isEmpty {
        "there is no value"
      } else if number?.isFinite == true {
        "\"\(shown)\" is beyond float32, whose numbers end at 3.4e38"
      } else {
        "\"\(shown)\" is not a \(isInfinite ? "finite number" : "number")"
      }
    return Failure(
      .data, "\(path):\(line): channel \(channel), step \(step): \(reason)",
      advice: text.hasPrefix("(")
        ? "time stamps are not read: write the values alone, separated by commas"
        : "values are finite numbers with a decimal point, separated by commas; write ? for a missing one")
  }
}

private let blank = UInt8(ascii: " ")
private let tab = UInt8(ascii: "\t")
