/// Pictures in rows, each with a caption.
struct PictureGrid {
  /// A PNG picture and its texts.
  struct Picture {
    let png: [UInt8]
    /// The height divided by the width.
    let aspect: Double
    /// A short text below.
    let caption: String
    /// The text shown on hovering.
    let words: String
    /// The CSS class of the caption.
    var style = ""
  }

  let pictures: [Picture]
  /// The number of pictures per row.
  let columns: Int

  /// The drawing.
  func drawing(title: String) -> Drawing {
    let gap = 6.0
    let width = (Frame.width - gap * Double(columns - 1)) / Double(columns)
    let hasCaptions = pictures.contains { !$0.caption.isEmpty }
    let tallest = width * (pictures.map(\.aspect).max() ?? 1)
    let rowHeight = tallest + (hasCaptions ? 20 : gap)
    let letters = Int(width / 6.4)
    var content = ""
    for (index, picture) in pictures.enumerated() {
      let (x, y) = (Double(index % columns) * (width + gap), Double(index / columns) * rowHeight)
      let place = Markup.place(x: x, y: y, width: width, height: width * picture.aspect)
      content += Markup.image(picture.png, place, #"data-tip="\#(picture.words.escapedForMarkup)""#)
      content += #"<rect class="frames" \#(place)/>"#
      guard hasCaptions else { continue }
      let caption =
        picture.caption.count > letters ? picture.caption.prefix(max(1, letters - 1)) + "…" : picture.caption[...]
      content += Markup.text(caption, "tick " + picture.style, x: x + width / 2, y: y + tallest + 14)
    }
    let rows = (pictures.count + columns - 1) / columns
    return Drawing(
      kind: "pictures", width: Frame.width, height: Double(rows) * rowHeight, title: title, content: content)
  }
}
