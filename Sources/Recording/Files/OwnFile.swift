import Diagnostics
import Formats
import Foundation

/// Opens a file of the run folder for reading and writing, and creates it if needed. It refuses symbolic links, which
/// could have another file overwritten.
/// - Throws: `Failure` (cannotCreate, inputOutput) naming the file.
func openOwnFile(_ path: String) throws -> Int32 {
  let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666)
  guard descriptor < 0 else { return descriptor }
  guard errno != ELOOP else {
    throw Failure(
      .cannotCreate, "cannot write \(path): it is a symbolic link", advice: "remove the link, or choose another --out")
  }
  throw Failure(exitCode(ofMaking: errno), "cannot write \(path): \(String(cString: strerror(errno)))")
}
