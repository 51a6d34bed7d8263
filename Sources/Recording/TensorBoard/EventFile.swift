import Foundation
import ProtocolBuffers
import SwiftProtobuf

/// A file of TensorBoard events: TensorFlow's records, each with its length and checksums.
final class EventFile {
  /// The prefix by which TensorBoard finds its files.
  static let prefix = "events.out.tfevents."

  private let file: GrowingFile
  private var bytes: [UInt8] = []

  /// Starts a file in a folder, named by time, host and process as TensorBoard expects, with the format's version. If a
  /// run is resumed, `after` is its last valid step: TensorBoard then discards later ones that it has read.
  /// - Throws: `Failure` (cannotCreate) naming the file.
  init(folder: String, after step: Int?) throws {
    let now = Date().timeIntervalSince1970
    // A process may start two files in the same second.
    let name = (0...).lazy
      .map { "\(folder)/\(EventFile.prefix)\(Int(now)).\(ProcessInfo.processInfo.hostName).\(getpid()).\($0)" }
      .first { !FileManager.default.fileExists(atPath: $0) }
    file = try GrowingFile(path: name ?? folder, keeping: 0)
    try add(.start(time: now))
    if let step { try add(.resumption(time: now, step: step + 1)) }
  }

  /// Adds a record to the buffer: the event's length, the length's checksum, the event, and its checksum.
  func add(_ event: TensorBoardEvent) throws {
    let message: [UInt8] = try event.serializedBytes()
    let length = EventFile.bytes(of: UInt64(message.count))
    bytes.append(contentsOf: length)
    bytes.append(contentsOf: EventFile.bytes(of: CRC32C.masked(length)))
    bytes.append(contentsOf: message)
    bytes.append(contentsOf: EventFile.bytes(of: CRC32C.masked(message)))
  }

  /// Writes the records to the file. Returns its size by its name.
  /// - Throws: `Failure` (inputOutput) naming the file.
  func flush() throws -> [String: Int] {
    try file.append(bytes)
    bytes.removeAll(keepingCapacity: true)
    return [file.name: file.length]
  }

  /// Closes the file.
  func close() throws { try file.close() }

  /// The bytes of a number, little-endian.
  private static func bytes(of value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }
}
