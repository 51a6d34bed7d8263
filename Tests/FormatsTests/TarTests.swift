import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Formats

@Suite struct TarTests {
  private func directory(_ bytes: [UInt8]) throws -> TarDirectory {
    try withFile(bytes, type: "tar") { try TarDirectory(of: TarFile($0)) }
  }

  @Test(arguments: ["gnu", "pax", "ustar"])
  func filesOfPythonAreRead(format: String) throws {
    let file = try TarFile(fixture("\(format).tar"))
    let found = try TarDirectory(of: file)
    let long = format == "ustar" ? String(repeating: "p", count: 90) + "/" : "folder/"
    let name = long + String(repeating: "n", count: format == "ustar" ? 80 : 120) + ".cls"
    #expect(
      found.members.map(\.name) == ["folder/a.cls", name, "folder/ü.cls", "folder/empty.cls", "folder/z.cls"])
    #expect(found.members.map(\.size) == [1, 2, 3, 0, 700])
    #expect(
      found.others.map { "\($0.kind) \($0.name)" }
        == ["link folder/link.cls", "link folder/hard.cls", "pipe folder/pipe"])
    #expect(found.end == .mark)
    var bytes: [UInt8] = [9, 9, 9]
    for (member, text) in zip(found.members, ["1", "22", "333", "", String(repeating: "z", count: 700)]) {
      try file.read(member.offset, count: member.size, into: &bytes)
      #expect(String(decoding: bytes, as: UTF8.self) == text)
    }
  }

  @Test func filesOfWebDatasetAreRead() throws {
    let found = try TarDirectory(of: TarFile(fixture("webdataset.tar")))
    #expect(
      found.members.map(\.name)
        == ["00000.cls", "00000.json", "00001.cls", "00001.json", "00002.cls", "00002.json"])
  }

  @Test func headersAreFoundAfterSmallAndLargeMembers() throws {
    let sizes = [0, 1, 511, 512, 513, 5000, 70_000, 200_000, 3, 140_000, 1]
    var writer = TarWriter()
    for (index, size) in sizes.enumerated() { writer.add("\(index)", [UInt8](repeating: UInt8(index), count: size)) }
    let found = try directory(writer.finished)
    #expect(found.members.map(\.size) == sizes && found.end == .mark)
    for (index, member) in found.members.enumerated() where member.size > 0 {
      #expect(writer.finished[member.offset] == UInt8(index))
    }
  }

  @Test func sizesInBinaryAndAttributesCount() throws {
    var writer = TarWriter()
    writer.add("x", Array("17 path=new/name\n10 size=3\n".utf8), type: "x")
    writer.add("old", [1, 2, 3], size: 0)
    writer.add("next", [4])
    var bytes = writer.finished
    #expect(try directory(bytes).members.map { "\($0.name) \($0.size)" } == ["new/name 3", "next 1"])
    // A binary number in place of the octal one, and the checksum that it needs.
    let start = 2048
    #expect(bytes[start..<start + 4].elementsEqual("next".utf8))
    bytes.replaceSubrange(start + 124..<start + 136, with: [0x80] + [UInt8](repeating: 0, count: 10) + [1])
    bytes.replaceSubrange(start + 148..<start + 156, with: Array("        ".utf8))
    let sum = bytes[start..<start + 512].reduce(0) { $0 + Int($1) }
    let digits = String(sum, radix: 8)
    let checksum = Array((String(repeating: "0", count: 6 - digits.count) + digits).utf8) + [0]
    bytes.replaceSubrange(start + 148..<start + 155, with: checksum)
    #expect(try directory(bytes).members.map(\.size) == [3, 1])
  }

  @Test func filesWithHolesArePassedOver() throws {
    var writer = TarWriter()
    writer.add("holes", [1, 2], type: "S")
    writer.add("x", Array("22 GNU.sparse.major=1\n".utf8), type: "x")
    writer.add("more", [1])
    writer.add("plain", [3])
    let found = try directory(writer.finished)
    #expect(found.members.map(\.name) == ["plain"])
    #expect(found.others.map { "\($0.kind) \($0.name)" } == ["sparse file holes", "sparse file more"])
  }

  @Test func theMembersBeforeACutAreKept() throws {
    let whole = TarWriter(["a": [1], "b": [UInt8](repeating: 2, count: 900), "c": [3]])
    for (length, names, end) in [
      (whole.bytes.count, ["a", "b", "c"], TarDirectory.End.noMark),
      (whole.bytes.count - 100, ["a", "b", "c"], .noMark), (whole.bytes.count - 1000, ["a", "b"], .noMark),
      (2400, ["a"], .cut("it ends within b")), (1100, ["a"], .noMark),
      (whole.bytes.count + 512, ["a", "b", "c"], .mark),
    ] {
      let found = try directory(Array(whole.finished.prefix(length)))
      #expect(found.members.map(\.name) == names && found.end == end, "\(length): \(found)")
    }
    var changed = whole.finished
    changed[1024 + 5] ^= 1
    let found = try directory(changed)
    #expect(found.members.map(\.name) == ["a"] && found.end == .cut("the header at byte 1024 is damaged"))
  }

  @Test func membersBehindTheMarkOfTheEndAreNoticed() throws {
    let (one, two) = (TarWriter(["a": [1]]).finished, TarWriter(["b": [2]]).finished)
    let padding = [UInt8](repeating: 0, count: 10_240 - one.count)
    for joined in [one + two, one + padding + two] {
      let found = try directory(joined)
      #expect(found.members.map(\.name) == ["a"] && found.end == .markWithin)
    }
    for other in [one + padding, one + [UInt8](repeating: 7, count: 2000), one + [1, 2, 3]] {
      #expect(try directory(other).end == .mark)
    }
  }

  /// As GNU tar lists them.
  @Test func namesOfAnyBytesStayDifferent() throws {
    for (bytes, name) in [
      (Array("ü/a.cls".utf8), "ü/a.cls"), ([0xE9, 0x2E, 0x61], "\\351.a"), ([0xE8, 0x2E, 0x61], "\\350.a"),
      (Array("\\351.a".utf8), "\\\\351.a"), ([0xC3], "\\303"), ([0xC3, 0xA9, 0x80], "é\\200"),
      ([0xED, 0xA0, 0x80], "\\355\\240\\200"), ([], ""),
    ] {
      #expect(TarHeader.name(bytes[...]) == name)
      let record = Array(" path=".utf8) + bytes + [0x0A]
      let length = record.count + (record.count < 9 ? 1 : 2)
      var writer = TarWriter()
      writer.add("attributes", Array("\(length)".utf8) + record, type: "x")
      writer.add("old", [1])
      writer.add("long", bytes + [0], type: "L")
      writer.add("old", [1])
      #expect(try directory(writer.finished).members.map(\.name) == [name, name])
    }
  }

  @Test func otherFilesAreRefused() throws {
    expectFailure(.data, "damaged.tar' is empty.") { _ = try directory([]) }
    expectFailure(.data, "is not a tar file") { _ = try directory([UInt8](repeating: 7, count: 5000)) }
    expectFailure(.data, "is not a tar file") { _ = try directory([1, 2, 3]) }
    expectFailure(.noInput, "cannot be opened: No such file") { _ = try TarFile("nothing.tar") }
    expectFailure(.noInput, "it is a folder") { _ = try TarFile(NSTemporaryDirectory()) }
    #expect(try directory([UInt8](repeating: 0, count: 1024)).members.isEmpty)
  }

  /// gunzip and the like refuse files by the name that the path has here.
  @Test(arguments: [
    ("a.tar", "a-unpacked.tar"), ("a.tar.gz", "a.tar"), ("a.TGZ", "a.tar"), ("it's b", "it's b-unpacked.tar"),
  ])
  func compressedFilesAreUnpackedByTheCommandThatIsTold(name: String, unpacked: String) throws {
    try withTemporaryFolder { folder in
      let bytes = TarWriter(["a": [1]]).finished
      let plain = "\(folder)/plain"
      try Data(bytes).write(to: URL(filePath: plain))
      #expect(try shell("gzip -c '\(plain)' > \("\(folder)/\(name)".shellQuoted)") == 0)
      var told: Failure?
      do {
        _ = try TarDirectory(of: TarFile("\(folder)/\(name)"))
      } catch let failure as Failure {
        told = failure
      }
      #expect(told?.message.contains("is compressed by gzip, so that no sample can be read") == true)
      let command = try #require(
        told?.advice?.wholeMatch(of: /Unpack it, and name the tar file: (.*)\. Images are compressed as they are\./)
      )
      #expect(try shell(String(command.1)) == 0)
      #expect(try Array(Data(contentsOf: URL(filePath: "\(folder)/\(unpacked)"))) == bytes)
    }
  }

  private func shell(_ command: String) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  @Test func aChangeIsNoticed() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.tar"
      try Data(TarWriter(["a": [1]]).finished).write(to: URL(filePath: path))
      let file = try TarFile(path)
      try file.checkUnchanged(since: file.stamp)
      let handle = try FileHandle(forWritingTo: URL(filePath: path))
      try handle.truncate(atOffset: 512)
      try handle.close()
      expectFailure(.data, "a.tar' has changed while it was in use.") { try file.checkUnchanged(since: file.stamp) }
      var bytes: [UInt8] = []
      expectFailure(.data, "a.tar' has changed while it was in use.") { try file.read(512, count: 1, into: &bytes) }
    }
  }

  @Test func oneProcessAtATimeHasTheLock() throws {
    try withFile(TarWriter(["a": [1]]).finished, type: "tar") { path in
      let (one, two) = (try TarFile(path), try TarFile(path))
      #expect(one.lock(waits: false) == true && two.lock(waits: false) == false)
      one.unlock()
      #expect(two.lock(waits: true) == true)
    }
  }
}
