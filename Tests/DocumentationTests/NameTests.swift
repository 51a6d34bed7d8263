import Testing

/// Names and messages in pages exist.
@Suite struct NameTests {
  /// Names of functions, types and tests: words with a capital or an underscore, possibly after a type and a dot.
  @Test(arguments: ["docs/theory.md", "docs/reproducibility.md", "CONTRIBUTING.md"])
  func everyNameOfTheCodeExists(path: String) throws {
    let document = try #require(Repository.documents.first { $0.path == path })
    let code = Repository.sources + Repository.tests
    var count = 0
    for span in document.spans where span.wholeMatch(of: /([A-Za-z]+\.)?[a-zA-Z0-9_]*[a-z][A-Z_][a-zA-Z0-9_]*/) != nil {
      guard let name = span.split(separator: ".").last, !["swift", "md", "h"].contains(name) else { continue }
      count += 1
      #expect(code.contains(name), "\(path) names \(span)")
    }
    #expect(count >= 5)
  }

  /// Names of test functions in sentences of `docs/theory.md` about tests.
  @Test func everyTestInTheTheoryExists() throws {
    let document = try #require(Repository.documents.first { $0.path == "docs/theory.md" })
    let tests = document.spans.filter { $0.wholeMatch(of: /[a-z]+([A-Z][a-z0-9]*){3,}/) != nil }
    #expect(tests.count >= 10)
    for test in tests { #expect(Repository.tests.contains("func \(test)("), "\(test) is no test") }
  }

  /// Each heading of the page quotes a message, with … for variable parts.
  @Test func everyQuotedMessageExists() throws {
    let document = try #require(Repository.documents.first { $0.path == "docs/troubleshooting.md" })
    let headings = document.prose.matches(of: /(?m)^### (.*)$/).map { String($0.1) }
    #expect(headings.count >= 30)
    for heading in headings {
      let quotes = heading.matches(of: /`([^`]+)`/).map { String($0.1) }
      #expect(!quotes.isEmpty, "\(heading) quotes no message")
      for fragment in quotes.flatMap({ $0.split(separator: "…") }) {
        let text = fragment.trimming { $0 == " " }.replacing("\"", with: "\\\"")
        guard text.count > 3 else { continue }
        #expect(
          Repository.sources.contains(text) || Repository.sources.contains(fragment.trimming { $0 == " " }),
          "docs/troubleshooting.md quotes \"\(text)\", which no source file has")
      }
    }
  }
}

extension Substring {
  /// The text without such characters at both ends.
  fileprivate func trimming(_ isTrimmed: (Character) -> Bool) -> String {
    var rest = drop(while: isTrimmed)
    while let last = rest.last, isTrimmed(last) { rest.removeLast() }
    return String(rest)
  }
}
