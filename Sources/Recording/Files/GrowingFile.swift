import Diagnostics
import Foundation

/// A file of the run folder that grows during the run.
final class GrowingFile {
  /// The file's path.
  let path: String
  private let file: FileHandle
  /// Bytes written, including those of earlier processes.
  private(set) var length: Int

  /// Starts the file, or continues after the first `kept` bytes of an existing one.
  /// - Throws: `Failure` (cannotCreate, inputOutput) naming the file, for example if it is a symbolic link, (data) if
  ///   it is shorter than `kept`.
  init(path: String, keeping kept: Int) throws {
    self.path = path
    file = FileHandle(fileDescriptor: try openOwnFile(path), closeOnDealloc: true)
    let found = Int((try? file.seekToEnd()) ?? 0)
    guard found >= kept else {
      throw Failure(
        .data, "\(path) has \(found) bytes, but had \(kept) when the checkpoint was written",
        advice: "it was cut short; remove it only with the whole run folder")
    }
    length = kept
    try writing { try file.truncate(atOffset: UInt64(kept)) }
  }

  /// The file's name in the run folder.
  var name: String { (path as NSString).lastPathComponent }

  /// Appends bytes.
  /// - Throws: `Failure` (inputOutput) naming the file.
  func append(_ bytes: [UInt8]) throws {
    guard !bytes.isEmpty else { return }
    let code = bytes.withUnsafeBytes { writeAll($0, to: file.fileDescriptor) }
    guard code == 0 else {
      throw Failure(.inputOutput, "cannot write \(path): \(String(cString: strerror(code)))")
    }
    length += bytes.count
  }

  /// Closes the file.
  /// - Throws: `Failure` (inputOutput) naming the file.
  func close() throws {
    try writing { try file.close() }
  }

  private func writing(_ body: () throws -> Void) throws {
    do { try body() } catch {
      throw Failure(.inputOutput, "cannot write \(path): \((error as NSError).localizedDescription)")
    }
  }
}
