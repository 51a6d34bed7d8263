import Foundation
import Testing

/// Links and paths in pages exist.
@Suite struct LinkTests {
  @Test func thePagesAreFound() {
    #expect(Repository.documents.count > 6 && Repository.documents.allSatisfy { $0.text.count > 100 })
    #expect(Repository.sources.count > 100_000 && Repository.tests.count > 100_000)
  }

  @Test(arguments: Repository.documents)
  func everyRelativeLinkLeadsSomewhere(_ document: Document) {
    for link in document.links where !link.contains("://") && !link.hasPrefix("mailto:") {
      let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      var target = document.path
      if !parts[0].isEmpty {
        let folder = URL(filePath: "/" + document.path).deletingLastPathComponent()
        target = String(folder.appending(path: parts[0]).standardized.path.dropFirst())
      }
      #expect(Repository.has(target), "\(document.path) links to \(link), which is missing")
      guard parts.count == 2, let page = Repository.documents.first(where: { $0.path == target }) else { continue }
      #expect(page.anchors.contains(parts[1]), "\(document.path) links to \(link): no heading has that anchor")
    }
  }

  /// Paths from the top of the repository, such as `Sources/Layers/GRU.swift`, without those that have placeholders.
  @Test(arguments: Repository.documents)
  func everyPathInTheTextExists(_ document: Document) {
    let folders = ["Sources/", "Tests/", "docs/", "launch/", "Benchmarks/", "Examples/"]
    for span in document.spans {
      for word in span.split(separator: " ") where folders.contains(where: word.hasPrefix) {
        guard word.wholeMatch(of: /[A-Za-z0-9_\/.+-]+/) != nil, word.firstMatch(of: /[A-Z]{4}/) == nil else { continue }
        #expect(Repository.has(String(word)), "\(document.path) names \(word)")
      }
    }
  }

  @Test func everyPageIsInTheIndex() throws {
    let index = try #require(Repository.documents.first { $0.path == "docs/README.md" })
    for page in Repository.documents.map(\.path) where page.hasPrefix("docs/") && page != index.path {
      #expect(
        index.links.contains { $0.hasPrefix(page.dropFirst("docs/".count)) }, "docs/README.md has no link to \(page)")
    }
  }

  @Test func headingsHaveGitHubsAnchors() {
    let page = Document(path: "x.md", text: "# A `b` (c), d!\n\n## A b c d\n```\n# code\n```\n## A b c d\n")
    #expect(page.anchors == ["a-b-c-d", "a-b-c-d-1", "a-b-c-d-2"])
    #expect(Document(path: "x.md", text: "a [b](c.md#d) `[e](f)` ![g](h.svg)").links == ["c.md#d", "h.svg"])
  }
}
