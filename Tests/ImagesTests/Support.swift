import Diagnostics
import Formats
import Foundation
import Images
import Testing

/// The path of a committed file under Tests/Reference.
func reference(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Reference/\(name)")
    .path
}

/// A decoded file of Tests/Reference/images.
func decoded(_ name: String, format: PixelFormat = PixelFormat()) throws -> Image {
  let image = Image()
  try ImageDecoder(format: format).decode(reference("images/\(name)"), into: image)
  return image
}

/// The pixels of a file of Tests/Reference/images, copied so that they outlive the image.
func pixels(_ name: String) throws -> [UInt8] {
  let image = try decoded(name)
  return withExtendedLifetime(image) { Array(image.pixels) }
}

/// Calls `body` with an empty folder that is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "dp-train-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

/// The failure of decoding a file of these bytes, both in the check and for pixels.
func failure(ofDecoding bytes: [UInt8], named name: String = "picture.jpg", limit: Int = 64_000_000) throws -> Failure {
  try withTemporaryFolder { folder in
    let path = "\(folder)/\(name)"
    try Data(bytes).write(to: URL(filePath: path))
    let decoder = try ImageDecoder(pixelLimit: limit)
    let checked = try #require(throws: Failure.self) { try decoder.check(path) }
    let decoded = try #require(throws: Failure.self) { try decoder.decode(path, into: Image()) }
    #expect(checked.exitCode == decoded.exitCode)
    #expect(decoded.message.hasPrefix(path))
    return decoded
  }
}

/// The bytes of a file of Tests/Reference/images.
func fileBytes(_ name: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(filePath: reference("images/\(name)"))))
}
