import Diagnostics
import Foundation
import Images
import TestSupport
import Testing

/// EXIF's orientation is applied as by PIL's `exif_transpose`.
@Suite struct OrientationTests {
  /// Rows of pixels of channels.
  private typealias Rows = [[[UInt8]]]

  private func mirrored(_ rows: Rows) -> Rows { rows.map { $0.reversed() } }
  private func flipped(_ rows: Rows) -> Rows { rows.reversed() }
  private func transposed(_ rows: Rows) -> Rows { rows[0].indices.map { column in rows.map { $0[column] } } }

  private func rows(_ image: Image) -> Rows {
    withExtendedLifetime(image) {
      let (width, pixels) = (image.size.width, image.pixels)
      return (0..<image.size.height).map { row in
        (0..<width).map { column in (0..<3).map { pixels[3 * (row * width + column) + $0] } }
      }
    }
  }

  private func decode(_ bytes: [UInt8]) throws -> Rows {
    try withTemporaryFolder { folder in
      try Data(bytes).write(to: URL(filePath: "\(folder)/picture"))
      let image = Image()
      let decoder = try ImageDecoder()
      let size = try decoder.check("\(folder)/picture")
      try decoder.decode("\(folder)/picture", into: image)
      #expect(size == image.size)
      return rows(image)
    }
  }

  /// A TIFF structure whose first directory has the orientation after another tag.
  private func exif(_ orientation: UInt16, little: Bool) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return little ? bytes : bytes.reversed()
    }
    let software = number(0x010E, 2) + number(2, 2) + number(2, 4) + [65, 0, 0, 0]
    let tag = number(0x0112, 2) + number(3, 2) + number(1, 4) + number(Int(orientation), 2) + [0, 0]
    return (little ? [0x49, 0x49] : [0x4D, 0x4D]) + number(42, 2) + number(8, 4) + number(2, 2) + software + tag
      + number(0, 4)
  }

  /// A JPEG file with an EXIF segment after its first two bytes.
  private func jpeg(_ bytes: [UInt8], exif: [UInt8]) -> [UInt8] {
    let content = Array("Exif\0\0".utf8) + exif
    let length = content.count + 2
    return bytes[..<2] + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + content + bytes[2...]
  }

  /// A PNG file with an EXIF chunk after its header.
  private func png(_ bytes: [UInt8], exif: [UInt8]) -> [UInt8] {
    let content = Array("eXIf".utf8) + exif
    let check = content.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1 }
    }
    func number(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
    return bytes[..<33] + number(UInt32(exif.count)) + content + number(~check) + bytes[33...]
  }

  @Test(arguments: [true, false]) func eachOrientationTurnsThePictureUpright(little: Bool) throws {
    for (name, with) in [("colour.jpg", jpeg), ("cmyk.jpg", jpeg), ("colour.png", png), ("alpha.png", png)] {
      let bytes = try fileBytes(name)
      let stored = try decode(bytes)
      let turned = transposed(stored)
      let expected = [
        stored, mirrored(stored), flipped(mirrored(stored)), flipped(stored), turned, mirrored(turned),
        flipped(mirrored(turned)), flipped(turned),
      ]
      for (index, rows) in expected.enumerated() {
        #expect(try decode(with(bytes, exif(UInt16(index + 1), little: little))) == rows, "\(name), \(index + 1)")
      }
    }
  }

  @Test func invalidOrientationsAreIgnored() throws {
    let bytes = try fileBytes("colour.jpg")
    let stored = try decode(bytes)
    let sound = exif(6, little: true)
    var otherType = sound
    otherType[24] = 4
    var farAway = sound
    farAway.replaceSubrange(4..<8, with: [255, 255, 255, 255])
    for part in [exif(0, little: true), exif(9, little: true), otherType, farAway, Array(sound[..<30]), []] {
      #expect(try decode(jpeg(bytes, exif: part)) == stored, "\(part)")
    }
  }

  @Test func damagedEXIFDoesNotCrash() throws {
    var random = TestRandom(11)
    let bytes = try fileBytes("colour.jpg")
    let count = try decode(bytes).count * decode(bytes)[0].count
    for round in 0..<400 {
      var part = exif(UInt16(round % 10), little: round.isMultiple(of: 2))
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        part[Int.random(in: 0..<part.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      part.removeLast(Int.random(in: 0..<part.count, using: &random) / 4)
      let rows = try decode(jpeg(bytes, exif: part))
      #expect(rows.count * rows[0].count == count)
    }
  }
}
