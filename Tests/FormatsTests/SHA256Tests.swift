import Formats
import Testing

@Suite struct SHA256Tests {
  private func digest(_ text: String) throws -> String {
    try Array(text.utf8).withUnsafeBytes { try sha256(of: $0) }
  }

  @Test("the examples of FIPS 180-4 are met")
  func examples() throws {
    #expect(try digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(try digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    let million = try digest(String(repeating: "a", count: 1_000_000))
    #expect(million == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test("a file of several pieces has the digest of its bytes", arguments: [0, 1, 1 << 20, (5 << 19) + 3])
  func files(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let expected = try bytes.withUnsafeBytes { try sha256(of: $0) }
    let digest = try withFile(bytes, type: "bin") { try sha256(ofFile: $0) }
    #expect(digest == expected)
  }

  @Test("a missing file is named")
  func missing() {
    expectFailure(.noInput, "'/nowhere/weights'", "No such file") { _ = try sha256(ofFile: "/nowhere/weights") }
  }
}
