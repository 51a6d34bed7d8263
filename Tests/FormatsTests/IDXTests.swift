import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Formats

@Suite struct IDXTests {
  private func read(_ bytes: [UInt8]) throws -> IDXArray {
    try withTemporaryFolder { folder in
      try Data(bytes).write(to: URL(filePath: "\(folder)/file"))
      do {
        return try IDXArray(contentsOf: "\(folder)/file")
      } catch let failure as Failure {
        throw Failure(
          failure.exitCode, failure.message.replacingOccurrences(of: "\(folder)/", with: ""), advice: failure.advice)
      }
    }
  }

  private func message(_ bytes: [UInt8]) throws -> String {
    let failure = try #require(throws: Failure.self) { try read(bytes) }
    #expect(failure.exitCode == .data && failure.advice != nil)
    return failure.message
  }

  private func bigEndian(_ values: [some FixedWidthInteger]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.bigEndian) { Array($0) } }
  }

  @Test func everyElementTypeIsRead() throws {
    let numbers: [(type: UInt8, bytes: [UInt8], floats: [Float], int32s: [Int32]?)] = [
      (0x08, [0, 200], [0, 200], [0, 200]),
      (0x09, [1, 0xFE], [1, -2], [1, -2]),
      (0x0B, bigEndian([Int16(300), -300]), [300, -300], [300, -300]),
      (0x0C, bigEndian([Int32(70000), -1]), [70000, -1], [70000, -1]),
      (0x0D, bigEndian([Float(0.5).bitPattern, Float(-3).bitPattern]), [0.5, -3], nil),
      (0x0E, bigEndian([Double(0.25).bitPattern, Double(1e10).bitPattern]), [0.25, 1e10], nil),
    ]
    for (type, bytes, floats, int32s) in numbers {
      let array = try read(idxHeader(type, [2]) + bytes)
      #expect(array.shape == [2] && array.count == 2 && array.element.rawValue == type)
      #expect(array.floats() == floats)
      #expect(array.int32s() == int32s)
    }
  }

  @Test func packedFilesReadAsPlainOnes() throws {
    let file = idxFile([3, 2, 2], Array(1...12))
    let plain = try read(file)
    #expect(plain.shape == [3, 2, 2] && plain.bytes == Array(1...12))
    #expect(try read(gzipped(file)).bytes == plain.bytes)
    let members = gzipped(Array(file[..<9])) + gzipped(Array(file[9...]))
    #expect(try read(members).bytes == plain.bytes)
    #expect(try read(idxFile([0, 5], [])).count == 0)
  }

  @Test func otherFilesAreNamed() throws {
    #expect(try message([]) == "'file' is not an IDX file: it ends after 0 bytes.")
    #expect(
      try message(Array("\u{89}PNG...".utf8)) == "'file' is not an IDX file: it begins with the bytes C2 89 50 4E.")
    #expect(try message([0, 0, 0x0A, 1, 0, 0, 0, 0]).hasSuffix("it begins with the bytes 00 00 0A 01."))
    #expect(try message([0, 0, 0x08, 0, 1]).hasSuffix("it begins with the bytes 00 00 08 00."))
    #expect(try message([0, 0, 0x08, 3, 0, 0]) == "'file' ends within its header, after 6 of 16 bytes.")
    #expect(throws: Failure(.noInput, "'/nowhere' cannot be opened: No such file or directory.")) {
      try IDXArray(contentsOf: "/nowhere")
    }
  }

  @Test(arguments: [false, true])
  func aWrongHeaderIsNamed(isPacked: Bool) throws {
    func message(_ bytes: [UInt8]) throws -> String { try self.message(isPacked ? gzipped(bytes) : bytes) }
    #expect(
      try message(idxFile([3, 2], Array(1...5)))
        == "'file': 5 bytes follow the header, but the shape 3 × 2 of elements of 1 bytes needs 6.")
    #expect(
      try message(idxFile([3, 2], Array(1...7)))
        == "'file': more than 6 bytes follow the header, but the shape 3 × 2 of elements of 1 bytes needs 6.")
    #expect(
      try message(idxHeader(0x0E, [1 << 31, 1 << 31]))
        == "'file': the shape 2147483648 × 2147483648 of elements of 8 bytes is beyond any memory.")
    // These would be 4 EiB and 16 GiB; memory is only allocated for data that exists.
    #expect(try message(idxHeader(0x08, [1 << 31, 1 << 31]) + [1]).contains("': 1 bytes follow the header"))
    #expect(try message(idxHeader(0x0C, [1 << 32 - 1]) + [1, 2]).contains("': 2 bytes follow the header"))
  }

  @Test func unpackingStopsAtTheClaimedSize() throws {
    let bomb = gzipped(idxFile([4], [UInt8](repeating: 0, count: 50_000_000)))
    #expect(bomb.count < 100_000)
    #expect(try message(bomb).contains("more than 4 bytes follow the header"))
  }

  @Test func damagedPackingIsNamed() throws {
    let file = gzipped(idxFile([100, 100], (0..<10_000).map { UInt8($0 % 251) }))
    #expect(
      try message(Array(file[..<(file.count / 2)])) == "'file' cannot be unpacked: the packed data end too early.")
    #expect(try message(Array(file[..<2])) == "'file' cannot be unpacked: the packed data end too early.")
    #expect(
      try message(file + [1, 2, 3]) == "'file' cannot be unpacked: other bytes follow the end of the packed data.")
    var changed = file
    changed[file.count - 6] ^= 1
    #expect(try message(changed) == "'file' cannot be unpacked: incorrect data check.")
    changed = file
    changed[2] = 9
    #expect(try message(changed) == "'file' cannot be unpacked: unknown compression method.")
  }
}
