import Diagnostics
import Foundation

/// Reads a file that training wrote; `advice` says when it does.
/// - Throws: `Failure` (noInput) with the reason why it cannot be read.
func readRecord(_ path: String, advice: String) throws -> Data {
  if let data = FileManager.default.contents(atPath: path) { return data }
  // The reason is asked of the system anew: what read the file may have failed for none of its own.
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  var byte: UInt8 = 0
  let reason = descriptor < 0 || read(descriptor, &byte, 1) < 0 ? errno : EIO
  if descriptor >= 0 { close(descriptor) }
  throw Failure(.noInput, "cannot read \(path): \(String(cString: strerror(reason)))", advice: advice)
}
