import Formats
import Testing

@Suite struct NPYDamageTests {
  /// A `.npy` file with any header and `dataCount` bytes of data.
  private func read(_ header: String, dataCount: Int = 0, version: UInt8 = 1, length: Int? = nil) throws {
    let length = length ?? header.utf8.count
    let field = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
    let file = [0x93] + Array("NUMPY".utf8) + [version, 0] + field + Array(header.utf8)
    _ = try NPYArray(bytes: file + [UInt8](repeating: 0, count: dataCount), source: "'a.npy'")
  }

  private func header(descr: String = "'<f4'", shape: String = "(2, 3)") -> String {
    "{'descr': \(descr), 'fortran_order': False, 'shape': \(shape), }\n"
  }

  @Test("headers of NumPy and older writers are accepted")
  func accepted() throws {
    try read(header(), dataCount: 24)
    try read("{\"shape\": (6,), 'fortran_order': True, 'descr': '|u1'}", dataCount: 6)
    try read("{'descr': '>f8', 'fortran_order': False, 'shape': ()}", dataCount: 8)
    try read("{'descr': '>f8', 'fortran_order': True, 'shape': (3, 0)}")
  }

  @Test("a missing file is named, with the reason")
  func missing() {
    expectFailure(.noInput, "'/nowhere/a.npy'", "No such file or directory") {
      _ = try NPYArray(contentsOf: "/nowhere/a.npy")
    }
  }

  @Test("a folder instead of a file is named, with the reason")
  func folder() {
    expectFailure(.noInput, fixture(""), "it is a folder") { _ = try NPYArray(contentsOf: fixture("")) }
  }

  @Test("other files are refused")
  func foreign() {
    for bytes in [[], [0x93], Array("PK\u{3}\u{4} something else".utf8)] {
      expectFailure(.data, "'a.npy' is not a NumPy array", "numpy.save") {
        _ = try NPYArray(bytes: bytes, source: "'a.npy'")
      }
    }
    expectFailure(.data, "version 9.0", "1.0, 2.0 and 3.0") { try read(header(), version: 9) }
  }

  @Test("a header longer than the file is refused with both numbers")
  func headerLength() {
    expectFailure(.data, "the header claims 65535 bytes", "in all") { try read(header(), length: 65535) }
    expectFailure(.data, "the header claims 4294967295 bytes") {
      try read(header(), version: 2, length: 4_294_967_295)
    }
    expectFailure(.data, "the header claims") {
      _ = try NPYArray(bytes: [0x93] + Array("NUMPY".utf8) + [2, 0, 1, 0], source: "'a.npy'")
    }
  }

  @Test("a file that is too short or too long is refused with both numbers")
  func dataLength() {
    expectFailure(.data, "23 bytes follow the header", "2 × 3", "needs 24", "cut short") {
      try read(header(), dataCount: 23)
    }
    expectFailure(.data, "25 bytes follow the header", "needs 24") { try read(header(), dataCount: 25) }
  }

  @Test(
    "an impossibly large shape is refused, even if an axis has length 0",
    arguments: ["(4611686018427387904, 4)", "(9223372036854775807,)", "(0, 4611686018427387904, 4)"])
  func overflow(shape: String) {
    let inWords = shape.trimmingPrefix("(").prefix { $0 != ")" }.split(separator: ",").joined(separator: " ×")
    expectFailure(.data, "'a.npy'", inWords, "beyond any memory") { try read(header(shape: shape)) }
  }

  @Test("types that cannot be read are named")
  func types() throws {
    expectFailure(.data, "complex.npy", "'<c8'", "numpy.concatenate([x.real, x.imag]") {
      _ = try NPYArray(contentsOf: fixture("complex.npy"))
    }
    expectFailure(.data, "structured.npy", "holds elements of a structured type, which cannot be read") {
      _ = try NPYArray(contentsOf: fixture("structured.npy"))
    }
    expectFailure(.data, "'<U3'", "text.astype(float)", "classes or groups", "numpy.unique") {
      try read(header(descr: "'<U3'"))
    }
    expectFailure(.data, "'<M8[s]'", "numpy.timedelta64") { try read(header(descr: "'<M8[s]'")) }
    expectFailure(.data, "'<f2x'", "Readable are f2 f4 f8") { try read(header(descr: "'<f2x'")) }
    for descr in ["''", "'f4'", "'|O'", "'<U3'", "'?f4'"] {
      expectFailure(.data, "type \(descr)") { try read(header(descr: descr)) }
    }
  }

  @Test(
    "a header that is not the dictionary of three entries is refused with its place",
    arguments: [
      ("", "its end where '{' belongs"), ("{'descr': '<f4'", "its end where '}' belongs"),
      ("{'descr' '<f4'}", "where ':' belongs"), ("{'descr': '<f4", "a string without an end"),
      ("{'descr': '<f4', 'descr': '<f4'}", "'descr' that is unknown or repeated"),
      ("{'color': 1}", "'color' that is unknown or repeated"), ("{'descr': '<f4'}", "lacks one of the entries"),
      ("{'fortran_order': Maybe}", "'Maybe}' where True or False belongs"),
      ("{'shape': (2, -3)}", "'-3)}' where a length"), ("{'shape': (99999999999999999999,)}", "99999999999999999999"),
      ("{'shape': (1 2)}", "where ')' belongs"), ("{} trailing", "continues after its end"),
      ("{'shape': (\(String(repeating: "1,", count: 65)))}", "more than 64 axes"),
    ])
  func literals(header: String, message: String) {
    expectFailure(.data, "'a.npy': the header", message, "Right is, for example") { try read(header) }
  }
}
