import Training

/// A matrix of how often each class was predicted as each class; the darker a cell, the larger its share of the row.
struct ConfusionMatrix {
  let classNames: [String]
  let counts: ConfusionCounts

  /// The meaning of the colours.
  var legend: [LegendEntry] {
    [
      LegendEntry(name: "right, share of the actual class", swatch: "ramp dense"),
      LegendEntry(name: "wrong", swatch: "ramp wrong"),
    ]
  }

  /// The drawing.
  func drawing(title: String) -> Drawing {
    let longest = min(classNames.map(\.count).max() ?? 0, 14)
    let words = 6.6 * Double(longest)
    let left = 30 + words
    let size = Frame.width - left - 8
    let cell = size / Double(classNames.count)
    // Names wider than their column run upwards.
    let isTurned = words > cell - 4
    let bottom = 26 + (isTurned ? words : 16)
    var content = ""
    let samples = counts.classes.mapValues(\.samples)
    for actual in classNames.indices {
      for predicted in classNames.indices {
        content += square(
          actual, predicted, of: max(samples[actual, default: 0], 1), x: left + Double(predicted) * cell,
          y: 4 + Double(actual) * cell, cell)
      }
    }
    for (index, name) in classNames.enumerated() {
      let text = name.count > 14 ? name.prefix(13) + "…" : name[...]
      let style = "tick left" + (classNames.count > 20 ? " small" : "")
      let place = (Double(index) + 0.5) * cell
      content += Markup.text(text, style, x: left - 5, y: 8 + place)
      content +=
        isTurned
        ? Markup.upwards(text, style, x: left + place + 4, y: 4 + size + 6)
        : Markup.text(text, "tick", x: left + place, y: 4 + size + 16)
    }
    let height = size + bottom + 4
    content += Markup.text("predicted", "axis", x: left + size / 2, y: height - 5)
    content += Markup.upwards("actual", "axis", x: 11, y: 4 + size / 2)
    return Drawing(kind: "confusion", width: Frame.width, height: height, title: title, content: content)
  }

  private func square(
    _ actual: Int, _ predicted: Int, of all: Int, x: Double, y: Double, _ cell: Double
  ) -> String {
    let count = counts[actual, predicted]
    let share = Double(count) / Double(all)
    let words = "\(classNames[actual]) predicted as \(classNames[predicted]): \(count) of \(all)"
    let square =
      #"<rect class="cell\#(actual == predicted ? "" : " wrong")" "#
      + Markup.place(x: x, y: y, width: cell, height: cell)
      + #" fill-opacity="\#(Digits.value(share, significant: 2))"><title>\#(words.escapedForMarkup)</title></rect>"#
    guard cell >= 16, count > 0 else { return square }
    let style = "count" + (cell < 30 ? " small" : "") + (share > 0.55 ? " over" : "")
    return square + Markup.text(String(count), style, x: x + cell / 2, y: y + cell / 2 + 4)
  }
}
