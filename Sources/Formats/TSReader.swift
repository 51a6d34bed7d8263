import Diagnostics
import Foundation

/// Reads the samples of a `.ts` file, the format of the UCR and UEA archives of time series, in order.
///
/// After tags such as `@dimensions 6` and a line `@data`, each line is a sample: its channels, separated by colons, then its
/// class or number. The values of a channel are separated by commas; `?` and `NaN` are missing ones. Blank lines and those
/// that begin with `#` are left out. A file may be gzipped.
public struct TSReader {
  /// A sample.
  public struct Sample: Sendable {
    /// Its line of the file, from 1.
    public let line: Int
    /// The number of steps.
    public let steps: Int
    /// The values, channel by channel; a missing one is NaN.
    public let values: [Double]
    /// Whether values are missing.
    public let hasMissing: Bool
    /// The last field, if it is a class or a number; else nil.
    public let label: String?
    /// Whether the file ends within the line, so that it may have been cut short.
    public let endsFile: Bool
  }

  /// The file's name in messages.
  public let path: String
  /// What the tags say.
  public private(set) var header: TSHeader
  /// The number of channels; nil before the first sample if no tag says it.
  public private(set) var channels: Int?
  /// Whether samples may have a label or not, whatever the tags say.
  private let mayHaveLabel: Bool
  private let bytes: [UInt8]
  private var lines: LineRanges
  /// The number of steps of the first sample.
  private var steps: Int?

  /// Opens a file and reads its tags.
  /// - Parameter channels: for inputs of a trained model: the number of their channels. A further field is then a label.
  /// - Throws: `Failure` (noInput) if the file cannot be opened, (inputOutput) if reading fails, (data) naming the line of
  ///   a wrong tag.
  public init(contentsOf path: String, channels: Int? = nil) throws {
    var bytes: [UInt8] = []
    try forEachUnpackedChunk(ofFile: path) { bytes.append(contentsOf: $0) }
    try self.init(bytes: bytes, path: path, channels: channels)
  }

  /// Reads the contents of a file; `path` is its name in messages.
  public init(bytes: [UInt8], path: String, channels: Int? = nil) throws {
    self.bytes = bytes
    self.path = path
    lines = LineRanges(bytes)
    mayHaveLabel = channels != nil
    header = TSHeader(path: path)
    guard !bytes.isEmpty else { throw Failure(.data, "\(path): the file is empty", advice: TSReader.format) }
    guard !bytes.starts(with: [0x50, 0x4B, 3, 4]) else {
      throw Failure(
        .data, "\(path) is not a .ts file but a zip archive",
        advice: "an .npz file is read by data: {source: numpy}; unpack others")
    }
    guard !bytes.prefix(1024).contains(0) else {
      throw Failure(.data, "\(path) is not a .ts file: it holds no text", advice: TSReader.format)
    }
    while true {
      guard let line = lines.next(bytes) else {
        throw Failure(.data, "\(path): there is no line @data", advice: TSReader.format)
      }
      guard bytes[line.lowerBound] == UInt8(ascii: "@") else {
        let start = String(decoding: bytes[line.prefix(40)], as: UTF8.self)
        throw Failure(
          .data, "\(path):\(lines.number): \"\(start)\" stands before the line @data", advice: TSReader.format
        )
      }
      let text = String(decoding: bytes[line], as: UTF8.self)
      if text.lowercased() == "@data" { break }
      try header.take(text, line: lines.number)
    }
    if let channels, let own = header.channels, own != channels {
      throw Failure(
        .data, "\(path): the samples have \(counted(own, "channel")), but those of the training have \(channels)",
        advice: "give samples with the channels of the training, in their order")
    }
    self.channels = channels ?? header.channels
  }

  private static let format =
    "a .ts file has tags such as @classLabel true A B, then the line @data, then a sample on each line"

  /// The bytes that are read, and those of the whole file.
  package var progress: (done: Int, all: Int) { (lines.position, bytes.count) }

  /// The next sample; nil at the end.
  /// - Throws: `Failure` (data) naming line, channel and step. Reading may then continue with the next line.
  public mutating func next() throws -> Sample? {
    guard let line = lines.next(bytes) else { return nil }
    do {
      let sample = try sample(line)
      try check(sample)
      return sample
    } catch let failure as Failure where line.upperBound == bytes.count {
      throw TSReader.cutShort(failure)
    }
  }

  /// The failure, with the further advice that the file may have been cut short.
  public static func cutShort(_ failure: Failure) -> Failure {
    Failure(
      failure.exitCode, failure.message,
      advice: (failure.advice.map { "\($0); " } ?? "") + "the file ends within this line, so it may have been cut short"
    )
  }

  private mutating func check(_ sample: Sample) throws {
    let count = sample.values.count / sample.steps
    if let label = sample.label, !mayHaveLabel, isChannel(label, of: sample, channels: count) {
      throw fault(
        "the last field, \"\(shortened(label))\", is a channel: there is no \(labelKind)",
        advice: "a sample is its channels and then its \(labelKind), separated by colons, as the tags say")
    }
    if let channels, count != channels {
      let others =
        mayHaveLabel ? "those of the training have" : header.channels == nil ? "the first has" : "the tags say"
      throw fault(
        "the sample has \(counted(count, "channel")), but \(others) \(channels)",
        advice: "all samples must have the same channels, separated by colons, and then the class or number, if any")
    }
    if header.hasEqualSteps, let wanted = header.steps ?? steps, sample.steps != wanted {
      let others = header.steps == nil ? "the first has" : "@seriesLength is"
      throw fault(
        "the sample has \(counted(sample.steps, "step")), but \(others) \(wanted)",
        advice: "write @equalLength false if samples may differ in length")
    }
    channels = count
    steps = steps ?? sample.steps
  }

  /// Whether a label is not one, but the last channel of a sample without a label: it has a value for each step, and there is
  /// a further step or a channel is missing.
  private func isChannel(_ label: String, of sample: Sample, channels count: Int) -> Bool {
    if case .classes(let names) = header.label, names.contains(label) { return false }
    guard sample.steps > 1 || count + 1 == channels else { return false }
    var values = TSValues(path: path, line: sample.line, capacity: sample.steps)
    var bytes = Array(label.utf8)
    return bytes.withUnsafeMutableBufferPointer { (try? values.take(UnsafeBufferPointer($0))) != nil }
      && values.steps == sample.steps
  }

  /// Parses a line.
  private func sample(_ line: Range<Int>) throws -> Sample {
    try bytes.withUnsafeBufferPointer { all in
      let colon = UInt8(ascii: ":")
      var end = line.upperBound
      var label: String?
      if hasLabel(all, line) {
        guard let place = all[line].lastIndex(of: colon) else {
          throw fault(
            "there is no colon, so there is no \(labelKind)",
            advice: "a sample is its channels and then its \(labelKind), separated by colons")
        }
        label = try text(all, place + 1..<end)
        end = place
      }
      var values = TSValues(path: path, line: lines.number, capacity: (steps ?? 0) * (channels ?? 0))
      var start = line.lowerBound
      while true {
        let stop = all[start..<end].firstIndex(of: colon) ?? end
        try values.take(UnsafeBufferPointer(rebasing: all[start..<stop]))
        guard stop < end else { break }
        start = stop + 1
      }
      return Sample(
        line: lines.number, steps: values.steps, values: values.values, hasMissing: values.hasMissing, label: label,
        endsFile: line.upperBound == all.count)
    }
  }

  /// Whether the last field of a line is a label.
  private func hasLabel(_ bytes: UnsafeBufferPointer<UInt8>, _ line: Range<Int>) -> Bool {
    if header.label == .channel { return false }
    guard mayHaveLabel else { return header.label != nil }
    return bytes[line].count { $0 == UInt8(ascii: ":") } == channels
  }

  private var labelKind: String { header.label == .number ? "number" : "class" }

  private func text(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) throws -> String {
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw fault("the last field is not UTF-8 text", advice: "convert the file to UTF-8")
    }
    let label = text.trimmingCharacters(in: .whitespaces)
    guard !label.isEmpty else {
      throw fault("there is no \(labelKind) after the last colon", advice: "put it there, or leave the sample out")
    }
    return label
  }

  private func fault(_ message: String, advice: String) -> Failure {
    Failure(.data, "\(path):\(lines.number): \(message)", advice: advice)
  }
}
