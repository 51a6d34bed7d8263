import Foundation
import Images
import TestSupport
import Testing

/// Encoded images are read back by the decoder.
@Suite struct PNGEncoderTests {
  private static let sizes = [ImageSize(height: 1, width: 1), ImageSize(height: 37, width: 53)]

  @Test(arguments: sizes) func coloursAreReadBack(size: ImageSize) throws {
    var random = TestRandom(1)
    let pixels = (0..<size.count * 3).map { _ in UInt8.random(in: 0...255, using: &random) }
    #expect(try decoded(PNGEncoder.encode(pixels, size: size, colors: .rgb)) == pixels)
  }

  @Test(arguments: sizes) func greyIsReadBackAsThreeEqualChannels(size: ImageSize) throws {
    var random = TestRandom(2)
    let pixels = (0..<size.count).map { _ in UInt8.random(in: 0...255, using: &random) }
    let expected = pixels.flatMap { [$0, $0, $0] }
    #expect(try decoded(PNGEncoder.encode(pixels, size: size, colors: .grey)) == expected)
  }

  @Test func uniformPicturesTakeLittleSpace() throws {
    let size = ImageSize(height: 200, width: 200)
    let file = try PNGEncoder.encode([UInt8](repeating: 7, count: size.count), size: size, colors: .grey)
    #expect(file.count < 1000)
  }

  private func decoded(_ file: [UInt8]) throws -> [UInt8] {
    try withTemporaryFolder { folder in
      try Data(file).write(to: URL(filePath: folder + "/picture.png"))
      let image = Image()
      try ImageDecoder().decode(folder + "/picture.png", into: image)
      return withExtendedLifetime(image) { Array(image.pixels) }
    }
  }
}
