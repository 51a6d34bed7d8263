import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Formats

@Suite struct CSVTests {
  private func rows(_ text: String, separator: Unicode.Scalar = ",") throws -> [CSVReader.Row] {
    var reader = CSVReader(bytes: Array(text.utf8), path: "t.csv", separator: separator)
    var rows: [CSVReader.Row] = []
    while let row = try reader.next() { rows.append(row) }
    return rows
  }

  @Test func fieldsAndLinesAreRead() throws {
    let found = try rows("\u{FEFF}a, b ,c\r\n1,,\" x \"\n\n\r\n\"two\nlines\",\"a \"\"b\"\", c\",3")
    #expect(found.map(\.fields) == [["a", "b", "c"], ["1", "", " x "], ["two\nlines", "a \"b\", c", "3"]])
    #expect(found.map(\.line) == [1, 2, 5])
    #expect(try rows("").isEmpty)
    #expect(try rows("\n\n").isEmpty)
    #expect(try rows("1;2,5\n", separator: ";").map(\.fields) == [["1", "2,5"]])
    #expect(try rows("1\t2\n3\t\n", separator: "\t").map(\.fields) == [["1", "2"], ["3", ""]])
    let old = try rows("a,b\r1,\"x\ry\"\r\r3,4\r")
    #expect(old.map(\.fields) == [["a", "b"], ["1", "x\ry"], ["3", "4"]] && old.map(\.line) == [1, 2, 5])
    #expect(try rows("a,b,\n1,2,\n3,4\n").map(\.fields) == [["a", "b"], ["1", "2"], ["3", "4"]])
    #expect(try rows("a,b\n1,2,\n3,\n").map(\.fields) == [["a", "b"], ["1", "2"], ["3", ""]])
  }

  @Test(arguments: [
    ("a,b\n1,2\n3\n", "t.csv:3: the row has 1 field, but the first has 2"),
    ("a,b\n1,2,3\n", "t.csv:2: the row has 3 fields, but the first has 2"),
    ("a,b\n1,\"x\n", "t.csv:2: a quoted field has no end"),
    ("\"1\n2\",b\n1,x\"y\"\n", "t.csv:3: there is a quote within a field"),
    ("\"a\"b,c\n", "t.csv:1: text follows the quote that closes a field"),
  ])
  func errorsNameTheLine(text: String, message: String) throws {
    let failure = try #require(throws: Failure.self) { try rows(text) }
    #expect(failure.message == message && failure.exitCode == .data && failure.advice != nil)
  }

  @Test func fieldsThatAreNotUTF8AreReported() throws {
    var reader = CSVReader(bytes: [0x61, 0x2C, 0x62, 0x0A, 0xFF, 0x2C, 0x31, 0x0A], path: "t.csv")
    #expect(try reader.next()?.damaged == [])
    let row = try #require(try reader.next())
    #expect(row.damaged == [0] && row.fields[1] == "1")
  }

  @Test func readingContinuesAfterAWrongRow() throws {
    var reader = CSVReader(bytes: Array("a,b\n1\n2,x\"y\"\n3,4\n".utf8), path: "t.csv")
    _ = try reader.next()
    #expect(throws: Failure.self) { try reader.next() }
    #expect(throws: Failure.self) { try reader.next() }
    let row = try #require(try reader.next())
    #expect(row.fields == ["3", "4"] && row.line == 4)
  }

  @Test func packedFilesAreReadAndOtherKindsNamed() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t"
      try Data(gzipped(Array("a,b\n1,2\n".utf8))).write(to: URL(filePath: path))
      var reader = try CSVReader(contentsOf: path)
      #expect(try reader.next()?.fields == ["a", "b"])
      for (bytes, kind) in [
        ([0xFF, 0xFE, 0x61, 0], "text in UTF-16"), ([0x50, 0x4B, 3, 4], "a zip archive or a spreadsheet"),
      ] as [([UInt8], String)] {
        try Data(bytes).write(to: URL(filePath: path))
        let failure = try #require(throws: Failure.self) { try CSVReader(contentsOf: path) }
        #expect(failure.message == "\(path) is not a CSV file but \(kind)" && failure.exitCode == .data)
      }
    }
  }

  @Test func linesMayHaveAnyLineEnding() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/lines"
      for text in ["\u{FEFF}a\r\nb\n\nc\rd", "a\nb\n\nc\nd\n", "a\rb\r\rc\rd\r"] {
        try Data(text.utf8).write(to: URL(filePath: path))
        var lines: [String] = []
        try forEachLine(ofFile: path) { line, number in
          lines.append("\(number)\(String(decoding: line, as: UTF8.self))")
        }
        #expect(lines == ["1a", "2b", "3", "4c", "5d"], "\(lines)")
      }
      // Longer than one read.
      let long = String(repeating: "x", count: 3 << 20)
      try Data("\(long)\r\n\(long)y".utf8).write(to: URL(filePath: path))
      var lengths: [Int] = []
      try forEachLine(ofFile: path) { line, _ in lengths.append(line.count) }
      #expect(lengths == [3 << 20, 3 << 20 + 1])
    }
  }
}
