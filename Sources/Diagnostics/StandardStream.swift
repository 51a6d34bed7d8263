import Foundation

/// Standard output and standard error. Foundation's file handles would trap if writing fails.
package enum StandardStream: Sendable {
  case output, error

  /// Writes all of the text.
  /// - Throws: `Failure` (inputOutput) with the system's reason.
  package func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws {
    let code = writeAll(bytes, to: self == .output ? STDOUT_FILENO : STDERR_FILENO)
    guard code != 0 else { return }
    throw Failure(
      .inputOutput, "cannot write to standard \(self): \(String(cString: strerror(code)))",
      advice: self == .output ? "nothing more can be shown; let the output go to a place with room" : nil)
  }
}

/// Writes all bytes to an open file. Returns 0, or the system's error number.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> Int32 {
  var rest = bytes[...]
  while !rest.isEmpty {
    // Linux and macOS refuse or shorten writes of 2 GiB and more.
    let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
    let count = write(file, piece.baseAddress, piece.count)
    if count >= 0 {
      rest = rest.dropFirst(count)
    } else if errno == EAGAIN {
      // The file is non-blocking: wait until it accepts more.
      var wanted = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
      poll(&wanted, 1, -1)
    } else if errno != EINTR {
      return errno
    }
  }
  return 0
}

/// Prints a message on standard error, with control characters made visible. Errors are ignored: nowhere is left to report
/// them.
package func complain(_ text: String) {
  try? StandardStream.error.write(text.visible(keepsLines: true) + "\n")
}

/// Makes writes beyond the file size limit (`ulimit -f`) return an error instead of ending the program.
package func surviveFullFiles() {
  signal(SIGXFSZ, SIG_IGN)
}
