import Formats
import Foundation

/// An archive of PyTorch's numbers under Tests/Reference.
func reference(_ name: String) throws -> NPZArchive {
  try NPZArchive(contentsOf: referenceFolder.appendingPathComponent(name).path)
}

let referenceFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .appendingPathComponent("Reference")
