import Testing

@testable import Diagnostics

@Suite struct VisibleTextTests {
  @Test func controlCharactersAreMadeVisible() {
    #expect("plain é 😀".visible() == "plain é 😀")
    #expect("\u{1B}[31mred".visible() == "\\x1b[31mred")
    #expect("a\r\nb".visible() == "a\\x0d\\x0ab")
    #expect("a\nb\t".visible(keepsLines: true) == "a\nb\\x09")
    #expect("\u{9B}2J\u{7F}".visible() == "\\x9b2J\\x7f")
    #expect("abc\u{202E}def".visible() == "abc\\u202edef")
    // A letter that combines with the control character does not hide it.
    let hidden = "\u{0D4E}\u{1B}"
    #expect(Array(hidden.visible().unicodeScalars.map(\.value)) == [0x0D4E, 0x5C, 0x78, 0x31, 0x62])
  }
}
