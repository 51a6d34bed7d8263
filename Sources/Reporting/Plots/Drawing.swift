import Foundation

/// A drawing in SVG: what is in it, and its size in pixels.
struct Drawing {
  /// The class that the page's style and script know it by.
  let kind: String
  let width, height: Double
  /// Its name, for those who hear it.
  let title: String
  /// What the script reads.
  var attributes = ""
  let content: String
  /// Whether it is as wide on every page, and moved where the page is narrower.
  var isScrolled = false

  private var viewBox: String { #"viewBox="0 0 \#(Digits.coordinate(width)) \#(Digits.coordinate(height))""# }
  private var name: String { "<title>\(title.escapedForMarkup)</title>" }

  /// As a part of a page.
  var html: String {
    let size = isScrolled ? #" style="width: \#(Digits.coordinate(width))px""# : ""
    let svg = #"<svg class="\#(kind)" role="img" \#(viewBox) \#(attributes)\#(size)>\#(name)\#(content)</svg>"#
    return isScrolled ? #"<div class="scroll">\#(svg)</div>"# : svg
  }

  /// As a part of another drawing, with its top at a height.
  func nested(top: Double) -> String {
    #"<svg class="\#(kind)" \#(viewBox) x="0" y="\#(Digits.coordinate(top))" width="\#(Digits.coordinate(width))" "#
      + #"height="\#(Digits.coordinate(height))">\#(content)</svg>"#
  }
}

/// Elements of SVG.
enum Markup {
  /// A text at a place; its class says how it is aligned and looks.
  static func text(_ text: some StringProtocol, _ style: String, x: Double, y: Double) -> String {
    #"<text class="\#(style)" x="\#(Digits.coordinate(x))" y="\#(Digits.coordinate(y))">\#(text.escapedForMarkup)</text>"#
  }

  /// A text that runs upwards.
  static func upwards(_ text: some StringProtocol, _ style: String, x: Double, y: Double) -> String {
    #"<text class="\#(style)" transform="translate(\#(Digits.coordinate(x)) \#(Digits.coordinate(y))) rotate(-90)">"#
      + "\(text.escapedForMarkup)</text>"
  }

  /// Where a rectangle or an image lies.
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
