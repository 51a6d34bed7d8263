import Diagnostics
import Testing

@testable import Formats

@Suite struct CSVTests {
  private func rows(_ text: String, separator: Unicode.Scalar = ",") throws -> [CSVReader.Row] {
    var reader = CSVReader(bytes: Array(text.utf8), path: "t.csv", separator: separator)
    var rows: [CSVReader.Row] = []
    while let row = try reader.next() { rows.append(row) }
    return rows
  }

  @Test func fieldsAndLinesAreTold() throws {
    let found = try rows("\u{FEFF}a, b ,c\r\n1,,\" x \"\n\n\r\n\"two\nlines\",\"a \"\"b\"\", c\",3")
    #expect(found.map(\.fields) == [["a", "b", "c"], ["1", "", " x "], ["two\nlines", "a \"b\", c", "3"]])
    #expect(found.map(\.line) == [1, 2, 5])
    #expect(try rows("").isEmpty)
    #expect(try rows("\n\n").isEmpty)
    #expect(try rows("1;2,5\n", separator: ";").map(\.fields) == [["1", "2,5"]])
    #expect(try rows("1\t2\n3\t\n", separator: "\t").map(\.fields) == [["1", "2"], ["3", ""]])
    #expect(try rows("a\rb,c\r").map(\.fields) == [["a\rb", "c\r"]])
  }

  @Test(arguments: [
    ("a,b\n1,2\n3\n", "t.csv:3: the row has 1 field, but the first has 2"),
    ("a,b\n1,2,3\n", "t.csv:2: the row has 3 fields, but the first has 2"),
    ("a,b\n1,\"x\n", "t.csv:2: a quoted field has no end"),
    ("\"1\n2\",b\n1,x\"y\"\n", "t.csv:3: a quote stands within a field"),
    ("\"a\"b,c\n", "t.csv:1: text follows the quote that closes a field"),
  ])
  func whatIsWrongIsNamedByLine(text: String, message: String) throws {
    let failure = try #require(throws: Failure.self) { try rows(text) }
    #expect(failure.message == message && failure.exitCode == .data && failure.advice != nil)
  }

  @Test func textThatIsNotUTF8IsNamedByLine() {
    var reader = CSVReader(bytes: [0x61, 0x0A, 0xFF, 0x0A], path: "t.csv")
    #expect(throws: Never.self) { try reader.next() }
    #expect(
      throws: Failure(.data, "t.csv:2: a field is not UTF-8 text", advice: "convert the file to UTF-8")
    ) { try reader.next() }
  }
}
