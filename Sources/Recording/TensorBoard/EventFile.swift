import Foundation
import ProtocolBuffers
import SwiftProtobuf

/// A file of events for TensorBoard: records of TensorFlow's format, each with its length and checks.
final class EventFile {
  /// What TensorBoard knows its files by.
  static let prefix = "events.out.tfevents."

  private let file: GrowingFile
  private var bytes: [UInt8] = []

  /// Starts a file in a folder, named by time, host and process as TensorBoard wants it; it begins with the format's
  /// version. Where a run is resumed, `after` is the last step that counts: TensorBoard then forgets what it has read of
  /// later ones.
  /// - Throws: `Failure` (cannotCreate) naming the file.
  init(folder: String, after step: Int?) throws {
    let now = Date().timeIntervalSince1970
    // Two files of one process and second have names of their own.
    let name = (0...).lazy
      .map { "\(folder)/\(EventFile.prefix)\(Int(now)).\(ProcessInfo.processInfo.hostName).\(getpid()).\($0)" }
      .first { !FileManager.default.fileExists(atPath: $0) }
    file = try GrowingFile(path: name ?? folder, keeping: 0)
    try add(.start(time: now))
    if let step { try add(.resumption(time: now, step: step + 1)) }
  }

  /// Puts a record together: the event's length, that length's check, the event, and its check.
  func add(_ event: TensorBoardEvent) throws {
    let message: [UInt8] = try event.serializedBytes()
    let length = EventFile.bytes(of: UInt64(message.count))
    bytes.append(contentsOf: length)
    bytes.append(contentsOf: EventFile.bytes(of: CRC32C.masked(length)))
    bytes.append(contentsOf: message)
    bytes.append(contentsOf: EventFile.bytes(of: CRC32C.masked(message)))
  }

  /// Writes the records to the file, and gives its bytes by its name.
  /// - Throws: `Failure` (inputOutput) naming the file.
  func flush() throws -> [String: Int] {
    try file.append(bytes)
    bytes.removeAll(keepingCapacity: true)
    return [file.name: file.length]
  }

  /// Closes the file.
  func close() throws { try file.close() }

  /// Little-endian.
  private static func bytes(of value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }
}
