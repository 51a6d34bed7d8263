import Formats
import Foundation

/// An archive of PyTorch's numbers under Tests/Reference.
func reference(_ name: String) throws -> NPZArchive {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  return try NPZArchive(contentsOf: folder.appendingPathComponent("Reference").appendingPathComponent(name).path)
}
