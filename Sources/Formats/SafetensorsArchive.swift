import Foundation

/// The same tensors as a NumPy archive: one array each, and the metadata as JSON in the archive's comment.
extension SafetensorsFile {
  /// Reads the `.npz` archive at `path`: 64-bit integers become `integers`, all others float32. Metadata is not read.
  /// - Throws: as `NPZArchive`.
  public init(contentsOfArchive path: String) throws {
    self.init()
    let archive = try NPZArchive(contentsOf: path)
    for name in archive.names {
      let array = try archive.array(name)
      if let values = array.int64s() {
        integers.append((name, array.shape, values))
      } else {
        tensors.append((name, array.shape, array.floats()))
      }
    }
  }

  /// Writes the `.npz` archive at `path`, all or nothing; throws as `NPZArchive.write`. It is not compressed: that takes long, and
  /// weights hardly shrink. If a comment cannot hold all metadata, the longest is left out.
  public func writeArchive(to path: String) throws {
    var metadata = metadata
    var comment = try Self.comment(metadata)
    while comment.utf8.count > NPZArchive.longestComment,
      let longest = metadata.max(by: { ($0.value.utf8.count, $0.key) < ($1.value.utf8.count, $1.key) })
    {
      metadata[longest.key] = nil
      comment = try Self.comment(metadata)
    }
    try NPZArchive.write(
      integers.map { ($0.name, NPYArray(shape: $0.shape, int64s: $0.values)) }
        + tensors.map { ($0.name, NPYArray(shape: $0.shape, floats: $0.values)) },
      to: path, compressed: false, comment: comment)
  }

  private static func comment(_ metadata: [String: String]) throws -> String {
    let encoder = JSONEncoder.withSpecialNumbers([.sortedKeys, .withoutEscapingSlashes])
    return metadata.isEmpty ? "" : String(decoding: try encoder.encode(metadata), as: UTF8.self)
  }
}
