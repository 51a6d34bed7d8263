import Foundation
import FoundationXML
import TestSupport
import Testing

@testable import Reporting
@testable import Training

/// Any names from outside stay text.
@Suite("Nasty names")
struct NastyNamesTests {
  /// The elements, texts and attributes of a page or a drawing.
  private final class Contents: NSObject, XMLParserDelegate {
    var elements: [String] = []
    var texts: Set<String> = []
    private var text = ""

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      elements.append(name + attributes.keys.sorted().joined(separator: " "))
      texts.formUnion(attributes.values)
      text = ""
    }

    func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
      texts.insert(text)
      text = ""
    }
  }

  private func contents(_ markup: String) throws -> Contents {
    var markup = markup
    for name in ["style", "script"] {
      guard let start = markup.range(of: "<\(name)>")?.upperBound, let end = markup.range(of: "</\(name)>")?.lowerBound
      else { continue }
      markup.removeSubrange(start..<end)
    }
    let contents = Contents()
    try PageStructure.check(markup, delegate: contents)
    return contents
  }

  /// The text as it is read back: characters that pages cannot contain are replaced.
  private func returned(_ text: String, inAttribute: Bool = false) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isBlank = scalar == "\n" || scalar == "\t"
      let isLost = scalar.value < 32 && !isBlank || scalar.value == 0xFFFE || scalar.value == 0xFFFF
      // Unlike HTML, XML turns line ends in attributes into blanks.
      scalars.append(isLost ? "\u{FFFD}" : isBlank && inAttribute ? " " : scalar)
    }
    return String(scalars)
  }

  private func page(_ name: (Int) -> String) throws -> String {
    let figure = Figure(
      name(0), note: name(1), legend: [LegendEntry(name: name(2), swatch: "line c0")],
      drawings: [
        PictureGrid(pictures: [.init(png: [], aspect: 1, caption: "x", words: name(3))], columns: 1).drawing(
          title: name(4)),
        Chart(x: Axis(name(5)), y: Axis("y"), marks: [.rules(name: name(6), colour: 0, xs: [1])]).drawing(
          title: "chart"),
      ])
    var section = Section(title: "Section")
    section.notes = [name(7)]
    section.hints = [name(8)]
    section.tables = [Table(headings: [name(9)], rows: [[name(10)]])]
    section.figures = [figure]
    section.folded = [Folded(summary: name(11), figures: [])]
    section.texts = [(name(12), name(13))]
    return try Page(title: name(14), subtitle: name(15), sections: [section]).html()
  }

  @Test("do not change a page's elements, and are read back")
  func pages() throws {
    let plain = try contents(page { "name \($0)" }).elements
    var random = TestRandom(51)
    let isLong = ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1"
    for _ in 0..<(isLong ? 20_000 : 300) {
      // Begins with a letter, since templates omit empty texts.
      let names = (0..<16).map { _ in "n" + random.nastyText() }
      let found = try contents(page { names[$0] })
      #expect(found.elements == plain)
      for (place, name) in names.enumerated() {
        let wanted = returned(name, inAttribute: [3, 5].contains(place))
        #expect(found.texts.contains(wanted), "\(place): \(name.unicodeScalars.map(\.value))")
      }
    }
  }

  @Test("do not change figures' files")
  func figures() throws {
    func svg(_ names: [String]) throws -> String {
      let matrix = ConfusionMatrix(classNames: names, counts: .init(pairs: []))
      let map = HeatMap(
        x: .init(label: names[0], name: names[1], ends: 1...2, names: [names[2], names[3]]),
        y: .init(label: names[0], name: names[1], ends: 1...1), columns: 2, values: [1, 2], name: names[2])
      let figure = Figure(
        names[0], legend: matrix.legend, drawings: [matrix.drawing(title: names[1]), try map.drawing(title: names[3])])
      return StandaloneFigure(figure: figure).svg
    }
    let plain = try contents(svg(["ab", "cd", "ef", "gh"])).elements
    var random = TestRandom(52)
    for _ in 0..<200 {
      let names = (0..<4).map { _ in "n" + random.nastyText(length: 1...4) }
      let found = try contents(svg(names))
      #expect(found.elements == plain)
      #expect(found.texts.contains(returned(names[0])))
    }
  }

  @Test("become different files, even if they are similar")
  func files() {
    var taken: Set<String> = []
    for name in ["Loss: a.b", "Loss: A-B", "loss a b", "Ω", "Π", "<>", "1", "1!", String(repeating: "x", count: 500)] {
      let figure = Figure(name, legend: [], drawings: [])
      let file = StandaloneFigure(figure: figure).fileName(besides: taken)
      #expect(taken.insert(file).inserted && file.wholeMatch(of: /[a-z0-9-]{1,110}\.svg/) != nil, "\(file)")
    }
  }
}
