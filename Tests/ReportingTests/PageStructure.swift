import Foundation
import FoundationXML
import Testing

/// The structure of the page, read by an XML parser, which also checks that every element is closed.
final class PageStructure: NSObject, XMLParserDelegate {
  /// The parts of a figure.
  struct Figure {
    var title = ""
    var names = 0
    var drawings = 0
    var axes = 0
    var pictures = 0
    var legend = 0

    /// Whether it has a title, a name for each drawing, and, unless it has only pictures, a legend and two axes.
    var isComplete: Bool {
      !title.isEmpty && (legend > 0 || pictures == drawings) && drawings > 0 && names == drawings
        && axes == 2 * (drawings - pictures)
    }
  }

  private(set) var sections: [String] = []
  private(set) var figures: [Figure] = []
  private(set) var links: [String] = []
  private var path: [String] = []

  /// The titles of incomplete figures.
  var incomplete: [String] { figures.filter { !$0.isComplete }.map(\.title) }

  /// Reads a page, its script and style left out: these are no XML.
  init(_ page: String) throws {
    super.init()
    var text = page
    for name in ["style", "script"] {
      let start = try #require(text.range(of: "<\(name)>")?.upperBound)
      let end = try #require(text.range(of: "</\(name)>")?.lowerBound)
      text.removeSubrange(start..<end)
    }
    try PageStructure.check(text, delegate: self)
  }

  /// Checks that a text is well-formed XML.
  static func check(_ text: String, delegate: (any XMLParserDelegate)? = nil) throws {
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = delegate
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
    guard path.contains("figure") else { return }
    let last = figures.count - 1
    if name == "svg" { figures[last].drawings += 1 }
    if name == "svg", attributes["class"] == "pictures" { figures[last].pictures += 1 }
    if name == "text", attributes["class"] == "axis" { figures[last].axes += 1 }
    if name == "li", path.contains("ul") { figures[last].legend += 1 }
    if path.suffix(2) == ["svg", "title"] { figures[last].names += 1 }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    if path.suffix(2) == ["figcaption", "h3"] { figures[figures.count - 1].title += text }
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    path.removeLast()
  }
}
