import Testing

@testable import Datasets

@Suite struct FilePatternTests {
  @Test func bracesStandForAllTheirTexts() throws {
    func expand(_ text: String) throws -> [String] { try FilePattern.expand(text[...]) }
    #expect(try expand("a-{08..11}.tar") == ["a-08.tar", "a-09.tar", "a-10.tar", "a-11.tar"])
    #expect(try expand("{2..0}") == ["2", "1", "0"])
    #expect(try expand("{a,b{1..2}}x{y,z}") == ["axy", "axz", "b1xy", "b1xz", "b2xy", "b2xz"])
    #expect(try expand("plain{one}") == ["plain{one}"] && expand("open{a,b") == ["open{a,b"])
    #expect(
      try failure(.configuration, of: { try expand("{0..99999999}") })
        == "0..99999999 stands for more than 1048576 files")
  }

  @Test func filesAreFoundAndMissingOnesNamed() throws {
    try withFolder { folder in
      for name in ["b-0.tar", "b-1.tar", "a.tar"] { try write("", to: "\(folder)/\(name)") }
      #expect(try FilePattern(["\(folder)/*.tar"]).paths == ["a", "b-0", "b-1"].map { "\(folder)/\($0).tar" })
      #expect(
        try FilePattern(["\(folder)/b-?.tar", "\(folder)/a.tar"]).paths
          == ["b-0", "b-1", "a"].map { "\(folder)/\($0).tar" })
    }
    #expect(
      try failure(.noInput, of: { try FilePattern(["none-{0..4}.tar"]) })
        == "none-{0..4}.tar: 5 of 5 files are missing: none-0.tar, none-1.tar, none-2.tar, …")
    #expect(try failure(.noInput, of: { try FilePattern(["none.tar"]) }) == "none.tar is missing")
    #expect(try failure(.noInput, of: { try FilePattern(["none-*.tar"]) }) == "none-*.tar: there is no such file")
  }

  @Test(arguments: [
    ("a/b.c/00.seg.PNG", "a/b.c/00|seg.png"), ("./a.cls", "./a|cls"), (".x.jpg", nil), ("a/.x.jpg", nil),
    ("__meta__/a.txt", nil), ("x", nil), ("a.", nil), ("a/b", nil),
    ("a.\u{301}b", "a|\u{301}b"), ("\u{301}/a.cls", "\u{301}/a|cls"),
  ])
  func namesAreDividedAtTheFirstDot(name: String, parts: String?) {
    #expect(MemberName(name).map { "\($0.key)|\($0.ending)" } == parts)
  }
}
