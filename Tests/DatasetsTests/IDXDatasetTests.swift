import Datasets
import Diagnostics
import TestSupport
import Testing

@Suite struct IDXDatasetTests {
  private let pixels: [UInt8] = (0..<12).map { UInt8($0 * 20) }

  private func open(
    _ images: [UInt8], labels: [UInt8]?, classNames: [String]? = nil, mean: Float = 0, std: Float = 1
  ) throws -> IDXDataset {
    try withFolder { folder in
      try write(images, to: "\(folder)/x")
      if let labels { try write(labels, to: "\(folder)/y") }
      return try IDXDataset(
        images: "\(folder)/x", labels: labels.map { _ in "\(folder)/y" }, classNames: classNames, mean: mean, std: std)
    }
  }

  @Test func bytesAreScaledAndNormalized() throws {
    let data = try open(gzipped(idxFile([3, 2, 2], pixels)), labels: idxFile([3], [1, 0, 2]), mean: 0.5, std: 0.25)
    #expect(data.inputShape == .image(height: 2, width: 2, channels: 1))
    #expect(data.classNames == ["0", "1", "2"] && data.count == 3)
    let loaded = try load(data, [2, 0])
    #expect(loaded.classes == [2, 1])
    let wanted = [8, 9, 10, 11, 0, 1, 2, 3].map { (Float($0 * 20) / 255 - 0.5) / 0.25 }
    #expect(loaded.inputs == wanted)
  }

  @Test func otherTypesAreNotScaled() throws {
    let floats: [Float] = [1, -2, 0.5, 4]
    let bytes = floats.flatMap { value in withUnsafeBytes(of: value.bitPattern.bigEndian) { Array($0) } }
    let data = try open(idxHeader(0x0D, [1, 2, 2]) + bytes, labels: idxHeader(0x0B, [1]) + [0, 3])
    #expect(try load(data, [0]).inputs == floats)
    #expect(data.classes == [3])
    let infinite = withUnsafeBytes(of: Float.infinity.bitPattern.bigEndian) { Array($0) }
    #expect(
      try failure { try open(idxHeader(0x0D, [2, 1, 2]) + bytes[..<8] + infinite + infinite, labels: nil) }
        == "x: image 1 holds inf")
  }

  @Test func mismatchesAreNamedByRow() throws {
    let images = idxFile([3, 2, 2], pixels)
    func message(_ labels: [UInt8], classNames: [String]? = nil) throws -> String {
      try failure { try open(images, labels: labels, classNames: classNames) }
    }
    #expect(try message(idxFile([3], [1, 2, 0]), classNames: ["a", "b"]) == "y: label 2 at row 1")
    #expect(try message(idxHeader(0x09, [3]) + [0, 1, 0xFF]) == "y: label -1 at row 2")
    #expect(
      try message(idxHeader(0x0C, [3]) + [0, 0, 0, 1, 0x7F, 0, 0, 0, 0, 0, 0, 0]) == "y: label 2130706432 at row 1")
    #expect(try message(idxFile([2], [1, 2])) == "y has 2 labels, but x has 3 images")
    #expect(try message(idxFile([3, 1], [1, 2, 0])) == "y: the array has the shape [3, 1] of uint8")
    #expect(try failure { try open(idxFile([12], pixels), labels: nil) } == "x: the array has the shape [12]")
    #expect(try failure { try open(idxFile([0, 2, 2], []), labels: nil) } == "x: the array has the shape [0, 2, 2]")
  }

  @Test func aReaderAcceptsImagesOfTheRunsShape() throws {
    try withFolder { folder in
      try write(idxFile([3, 2, 2], pixels), to: "\(folder)/new")
      let data = try IDXReader(shape: [2, 2, 1], mean: 0, std: 1).samples("\(folder)/new")
      #expect(data.count == 3)
      #expect(try load(data, [1]).inputs[0] == Float(80) / 255)
      #expect(
        try failure { try IDXReader(shape: [3, 3, 1], mean: 0, std: 1).samples("\(folder)/new") }
          .hasSuffix("new: images have the shape 2×2×1"))
    }
  }
}
