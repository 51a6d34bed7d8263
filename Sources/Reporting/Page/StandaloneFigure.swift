import Foundation

/// A figure as an SVG file for documents, with its title and legend in the drawing.
struct StandaloneFigure {
  private static let (margin, lineHeight) = (10.0, 18.0)

  private let figure: Figure
  private let drawings: [Drawing]
  /// The end of the file's name.
  private let suffix: String

  /// A name for the file: the title, what distinguishes it from the figure's other files, and a number if the name is
  /// `taken`.
  func fileName(besides taken: Set<String>) -> String {
    let stem = figure.slug + suffix
    return sequence(first: 1) { $0 + 1 }.lazy.map { $0 == 1 ? "\(stem).svg" : "\(stem)-\($0).svg" }
      .first { !taken.contains($0) } ?? stem
  }

  /// A figure's files: one, or one for each of its views.
  static func files(of figure: Figure) -> [StandaloneFigure] {
    guard !figure.views.isEmpty else { return [StandaloneFigure(figure: figure)] }
    return figure.views.enumerated().map { place, view in
      StandaloneFigure(figure: figure, drawings: [view.drawing], suffix: place == 0 ? "" : "-" + view.name)
    }
  }

  /// The file of a figure with one view.
  init(figure: Figure) {
    self.init(figure: figure, drawings: figure.drawings, suffix: "")
  }

  private init(figure: Figure, drawings: [Drawing], suffix: String) {
    self.figure = figure
    self.drawings = drawings
    self.suffix = suffix
  }

  /// The SVG file's text.
  var svg: String {
    var (content, y) = ("", 22.0)
    content += Markup.text(figure.title, "heading", x: 0, y: 13)
    for entry in figure.legend {
      content += StandaloneFigure.swatch(entry.swatch, y: y + 8) + Markup.text(entry.name, "entry", x: 30, y: y + 12)
      y += StandaloneFigure.lineHeight
    }
    for drawing in drawings {
      content += drawing.nested(top: y + 2)
      y += drawing.height + 2
    }
    let inner = max(Frame.width, drawings.map(\.width).max() ?? 0)
    let (width, height) = (inner + 2 * StandaloneFigure.margin, y + 2 * StandaloneFigure.margin)
    let size = Markup.place(x: 0, y: 0, width: width, height: height)
    return #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \#(Digits.coordinate(width)) "#
      + #"\#(Digits.coordinate(height))" width="\#(Digits.coordinate(width))" role="img">"# + "\n"
      + "<title>\(figure.title.escapedForMarkup)</title>\n<style>\n"
      + String(decoding: PackageResources.figure_css, as: UTF8.self) + "</style>\n"
      + #"<rect class="paper" \#(size)/>"# + "\n"
      + #"<g transform="translate(10 10)">\#(content)</g>"# + "\n</svg>\n"
  }

  private static func swatch(_ style: String, y: Double) -> String {
    let middle = Digits.coordinate(y)
    switch style.split(separator: " ").first {
    case "line": return #"<path class="series \#(style)" d="M0 \#(middle)h22"/>"#
    case "flag": return #"<path class="\#(style)" d="M11 \#(Digits.coordinate(y + 4))l-4 -7h8z"/>"#
    case "ramp":
      let parts = (0..<11).map { part in
        let share = style.hasSuffix("signed") ? Double(part) / 5 - 1 : Double(part) / 10
        let isHot = share > 0 && !style.hasSuffix("dense")
        return #"<rect class="cell\#(isHot ? " wrong" : "")" fill-opacity="\#(Digits.value(abs(share)))" "#
          + Markup.place(x: 2 * Double(part), y: y - 5, width: 2, height: 10) + "/>"
      }
      return parts.joined()
    default: return #"<rect class="band \#(style)" "# + Markup.place(x: 5, y: y - 5, width: 12, height: 10) + "/>"
    }
  }
}
