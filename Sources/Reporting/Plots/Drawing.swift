import Foundation

/// A drawing in SVG: its content, and its size in pixels.
struct Drawing {
  /// The class by which the page's style and script know it.
  let kind: String
  let width, height: Double
  /// Its name, for screen readers.
  let title: String
  /// Attributes for the script.
  var attributes = ""
  let content: String
  /// Whether it keeps its width and is scrolled on narrower pages.
  var isScrolled = false

  private var viewBox: String { #"viewBox="0 0 \#(Digits.coordinate(width)) \#(Digits.coordinate(height))""# }
  private var name: String { "<title>\(title.escapedForMarkup)</title>" }

  /// The drawing as a part of a page.
  var html: String {
    let size = isScrolled ? #" style="width: \#(Digits.coordinate(width))px""# : ""
    let svg = #"<svg class="\#(kind)" role="img" \#(viewBox) \#(attributes)\#(size)>\#(name)\#(content)</svg>"#
    return isScrolled ? #"<div class="scroll">\#(svg)</div>"# : svg
  }

  /// The drawing as a part of another one; `top` is its vertical position.
  func nested(top: Double) -> String {
    #"<svg class="\#(kind)" \#(viewBox) x="0" y="\#(Digits.coordinate(top))" width="\#(Digits.coordinate(width))" "#
      + #"height="\#(Digits.coordinate(height))">\#(content)</svg>"#
  }
}

/// Elements of SVG.
enum Markup {
  /// A text at a place; `style` is its CSS class, which also aligns it.
  static func text(_ text: some StringProtocol, _ style: String, x: Double, y: Double) -> String {
    #"<text class="\#(style)" x="\#(Digits.coordinate(x))" y="\#(Digits.coordinate(y))">\#(text.escapedForMarkup)</text>"#
  }

  /// A text that runs upwards.
  static func upwards(_ text: some StringProtocol, _ style: String, x: Double, y: Double) -> String {
    #"<text class="\#(style)" transform="translate(\#(Digits.coordinate(x)) \#(Digits.coordinate(y))) rotate(-90)">"#
      + "\(text.escapedForMarkup)</text>"
  }

  /// The attributes for the place of a rectangle or an image.
  static func place(x: Double, y: Double, width: Double, height: Double) -> String {
    #"x="\#(Digits.coordinate(x))" y="\#(Digits.coordinate(y))" width="\#(Digits.coordinate(width))" "#
      + #"height="\#(Digits.coordinate(height))""#
  }

  /// A PNG file as an image.
  static func image(_ png: [UInt8], _ place: String, _ attributes: String) -> String {
    #"<image \#(place) preserveAspectRatio="none" href="data:image/png;base64,\#(Data(png).base64EncodedString())" "#
      + "\(attributes)/>"
  }
}
