import Diagnostics
import Testing

@Suite struct ShortenedTextTests {
  @Test func longTextsAndListsAreCut() {
    let long = String(repeating: "a", count: 41)
    #expect(shortened(String(long.dropLast())).count == 40)
    #expect(shortened(long) == String(repeating: "a", count: 37) + "...")
    #expect(listed(["x", "y"]) == "x, y" && listed([String]()) == "")
    #expect(listed((0..<13).map(String.init)).hasSuffix(", 11, …"))
    #expect(listed([long, "b", "c"], most: 2) == "\(shortened(long)), b, …")
  }
}
