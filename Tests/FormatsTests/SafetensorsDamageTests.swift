import Formats
import Testing

@Suite struct SafetensorsDamageTests {
  private func read(_ bytes: [UInt8]) throws {
    try withFile(bytes, type: "safetensors") { _ = try SafetensorsFile(contentsOf: $0) }
  }

  /// A file of the header `json` (of which `length` bytes are claimed) and `dataCount` bytes of data.
  private func read(_ json: String, dataCount: Int = 0, length: UInt64? = nil) throws {
    let claimed = length ?? UInt64(json.utf8.count)
    let prefix = (0..<8).map { UInt8(truncatingIfNeeded: claimed >> ($0 * 8)) }
    try read(prefix + Array(json.utf8) + [UInt8](repeating: 0, count: dataCount))
  }

  private func tensor(_ name: String, _ shape: String, _ begin: Int, _ end: Int, dtype: String = "F32") -> String {
    "\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}"
  }

  @Test("tensors in any order of the header, and escapes in names, are accepted")
  func accepted() throws {
    try read("{\(tensor("b", "1", 4, 8)),\(tensor("a", "1", 0, 4))}  ", dataCount: 8)
    try read("{ \"__metadata__\" : {} , \(tensor("\\u00e9\\ud83d\\ude00\\n", "0,9", 0, 0)) }\n")
  }

  @Test("an escaped name is decoded")
  func escapes() throws {
    let json = "{\(tensor("\\u00e9\\ud83d\\ude00\\/\\\\", "0", 0, 0))}"
    let file = try withFile([UInt8(json.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(json.utf8), type: "safetensors") {
      try SafetensorsFile(contentsOf: $0)
    }
    #expect(file.tensors.map(\.name) == ["é😀/\\"])
  }

  @Test("a missing file is named")
  func missing() {
    expectFailure(.noInput, "'/nowhere/w.safetensors'", "No such file") {
      _ = try SafetensorsFile(contentsOf: "/nowhere/w.safetensors")
    }
  }

  @Test("a file of fewer than 8 bytes is refused with its length", arguments: [0, 7])
  func short(count: Int) {
    expectFailure(.data, "damaged.safetensors' is \(count) bytes long", "at least 8") {
      try read([UInt8](repeating: 0, count: count))
    }
  }

  @Test("a header beyond the file is refused with both numbers", arguments: [3, 1 << 32, 1 << 63, UInt64.max])
  func headerLength(length: UInt64) {
    expectFailure(.data, "the header claims \(length) bytes", "2 bytes follow") { try read("{}", length: length) }
  }

  @Test(
    "a header that is not JSON is refused with place and reason",
    arguments: [
      ("", "at byte 0 of 0: a value is missing"), ("{", "at byte 1 of 1: a string is missing"),
      ("{\"a\"}", "at byte 4 of 5: ':' is missing"), ("{\"a\":1", "'}' is missing"), ("{\"a\":[1", "']' is missing"),
      ("{\"a\":1,}", "a string is missing"), ("{\"a\":01}", "a value is missing"),
      ("{\"a\":nan}", "a value is missing"),
      ("{\"a\":1.}", "a value is missing"), ("{\"a\":-}", "a value is missing"), ("{\"a\":1e}", "a value is missing"),
      ("{\"a", "a string has no end"), ("{\"a\n\":1}", "a control character"), ("{\"\\x\":1}", "an unknown escape"),
      ("{\"\\u12\":1}", "an unknown escape"), ("{\"\\ud800\":1}", "half a surrogate pair"),
      ("{\"\\udc00\\ud800\":1}", "half a surrogate pair"), ("{} {}", "there is text after the end"),
      (String(repeating: "[", count: 100_000), "nested too deeply"),
    ])
  func json(header: String, message: String) {
    expectFailure(.data, "damaged.safetensors': the header is not valid JSON", message) { try read(header) }
  }

  @Test("a name that is not UTF-8 is refused")
  func notUTF8() {
    expectFailure(.data, "a string is not UTF-8") {
      try read([9, 0, 0, 0, 0, 0, 0, 0] + Array("{\"".utf8) + [0xC3, 0x28] + Array("\":{}}".utf8))
    }
  }

  @Test("a header of the wrong structure is refused with the reason")
  func structure() {
    expectFailure(.data, "not an object") { try read("[]") }
    expectFailure(.data, "the tensor 'w' is not described by an object") { try read("{\"w\":1}") }
    expectFailure(.data, "the tensor 'w' does not have the three fields") { try read("{\"w\":{\"dtype\":\"F32\"}}") }
    expectFailure(.data, "the tensor 'w' does not have the three fields") {
      try read("{\"w\":{\"dtype\":\"F32\",\"shape\":[],\"shape\":[],\"data_offsets\":[0,4]}}", dataCount: 4)
    }
    for metadata in ["1", "{\"a\":1}", "{\"a\":\"1\",\"a\":\"2\"}"] {
      expectFailure(.data, "__metadata__ is not an object of strings") { try read("{\"__metadata__\":\(metadata)}") }
    }
  }

  @Test("an unknown type is named with those that are known")
  func types() {
    expectFailure(.data, "the tensor 'w' has the type 'F99'", "F16, BF16, F32, F64, I64") {
      try read("{\(tensor("w", "1", 0, 4, dtype: "F99"))}", dataCount: 4)
    }
    expectFailure(.data, "int32.safetensors': the tensor 'counter' has the type 'I32'") {
      _ = try SafetensorsFile(contentsOf: fixture("int32.safetensors"))
    }
  }

  @Test("shapes and offsets that are not natural numbers are refused")
  func numbers() {
    for shape in ["-1", "1.0", "1e0", "-0.5E+2", "null", "9223372036854775808"] {
      expectFailure(.data, "the tensor 'w' has a shape") { try read("{\(tensor("w", shape, 0, 4))}", dataCount: 4) }
    }
    expectFailure(.data, "the tensor 'w' has data_offsets") { try read("{\(tensor("w", "1", 4, 0))}", dataCount: 4) }
    expectFailure(.data, "the tensor 'w' has data_offsets") { try read("{\(tensor("w", "1", -4, 0))}", dataCount: 4) }
  }

  @Test("a shape that differs from the range, or overflows, is refused with the numbers")
  func shapes() {
    expectFailure(.data, "'w': the shape 2 × 3 of F32 needs 24 bytes", "offsets 0 to 20 hold 20") {
      try read("{\(tensor("w", "2,3", 0, 20))}", dataCount: 20)
    }
    expectFailure(.data, "'w': the shape 4294967296 × 4294967296 of F32 is beyond any memory") {
      try read("{\(tensor("w", "4294967296,4294967296", 0, 0))}")
    }
    expectFailure(.data, "'w': the shape 4611686018427387904 of F32 is beyond any memory") {
      try read("{\(tensor("w", "4611686018427387904", 0, 0))}")
    }
    expectFailure(.data, "is beyond any memory") {
      try read("{\(tensor("w", "0,4611686018427387904,4611686018427387904", 0, 0))}")
    }
  }

  @Test("ranges that overlap, leave gaps, leave the file or do not fill it are refused with the numbers")
  func ranges() {
    expectFailure(.data, "'b' at the offsets 4 to 12 overlaps", "ends at 8") {
      try read("{\(tensor("a", "2", 0, 8)),\(tensor("b", "2", 4, 12))}", dataCount: 12)
    }
    expectFailure(.data, "'b' at the offsets 8 to 12 leaves a gap", "ends at 4") {
      try read("{\(tensor("a", "1", 0, 4)),\(tensor("b", "1", 8, 12))}", dataCount: 12)
    }
    expectFailure(.data, "'a' at the offsets 4 to 8 leaves a gap", "ends at 0") {
      try read("{\(tensor("a", "1", 4, 8))}", dataCount: 8)
    }
    expectFailure(.data, "'a' at the offsets 0 to 4 leaves the file: 3 bytes follow") {
      try read("{\(tensor("a", "1", 0, 4))}", dataCount: 3)
    }
    expectFailure(.data, "5 bytes follow the header, but the tensors cover only 4") {
      try read("{\(tensor("a", "1", 0, 4))}", dataCount: 5)
    }
  }

  @Test("a repeated name is named")
  func repeatedNames() {
    expectFailure(.data, "the name 'a' occurs twice") {
      try read("{\(tensor("a", "1", 0, 4)),\(tensor("a", "1", 4, 8))}", dataCount: 8)
    }
  }
}
