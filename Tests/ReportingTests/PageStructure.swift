import Foundation
import FoundationXML
import Testing

/// What the page consists of, read by a parser of XML, which also shows that every element is closed.
final class PageStructure: NSObject, XMLParserDelegate {
  /// A figure: what it has that a figure must have.
  struct Figure {
    var title = ""
    var hasName = false
    var axes = 0
    var legend = 0
  }

  private(set) var sections: [String] = []
  private(set) var figures: [Figure] = []
  private(set) var links: [String] = []
  private var path: [String] = []

  /// Reads a page, its script and style left out: these are no XML.
  init(_ page: String) throws {
    super.init()
    var text = page
    for name in ["style", "script"] {
      let start = try #require(text.range(of: "<\(name)>")?.upperBound)
      let end = try #require(text.range(of: "</\(name)>")?.lowerBound)
      text.removeSubrange(start..<end)
    }
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    #expect(parser.parse(), "\(parser.parserError as Any), line \(parser.lineNumber)")
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    path.append(name)
    links += [attributes["href"], attributes["src"], attributes["xlink:href"]].compactMap(\.self)
    if name == "section" { sections.append(attributes["id"] ?? "") }
    if name == "figure" { figures.append(Figure()) }
    guard !figures.isEmpty, path.contains("figure") else { return }
    let last = figures.count - 1
    if name == "text", attributes["class"] == "axis" { figures[last].axes += 1 }
    if name == "li", path.contains("ul") { figures[last].legend += 1 }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    guard !figures.isEmpty else { return }
    if path.suffix(2) == ["figcaption", "h3"] { figures[figures.count - 1].title += text }
    if path.suffix(2) == ["svg", "title"] { figures[figures.count - 1].hasName = true }
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    path.removeLast()
  }
}
