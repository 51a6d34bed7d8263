import Datasets
import Recipes
import Tensors

/// Some training samples of each class: images, sequences as curves, or texts. Other vectors have no picture.
struct SampleGallery {
  private static let (classes, ofClass, others, features, side) = (10, 6, 12, 4, 128)
  /// The most numbers of a target in a text.
  private static let numbers = 12

  let summary: DataSummary

  private var data: any Dataset { summary.splits.measured(.training) ?? summary.splits.training }

  /// A section of the page; empty if samples have no picture.
  /// - Throws: `Failure` if a sample cannot be read.
  func section() throws -> Section {
    var section = Section(title: "Examples")
    let shape = data.inputShape
    guard data.count > 0, shape.isImage || shape.isSequence else { return section }
    let samples = chosen
    if summary.statistics.alphabet != nil {
      section.tables = [try texts(samples)]
    } else {
      section.figures = [try shape.isImage ? images(samples) : curves(samples)]
    }
    section.notes = ["Training samples, before any normalization and without random transforms."]
    return section
  }

  /// Some samples of each class, or if classes are not known before loading, of all.
  private var chosen: [Int] {
    guard data.targetLayout == .oneClass, let labels = data.classes else {
      return Self.spread(Array(0..<data.count), Self.others)
    }
    let names = data.classNames
    let shown = Set(Self.spread(Array(names.indices), Self.classes))
    var members: [Int: [Int]] = [:]
    for (index, label) in labels.enumerated() where shown.contains(Int(label)) {
      members[Int(label), default: []].append(index)
    }
    return shown.sorted().flatMap { Self.spread(members[$0, default: []], Self.ofClass) }
  }

  /// At most `limit` elements, evenly spaced.
  private static func spread(_ all: [Int], _ limit: Int) -> [Int] {
    all.count <= limit ? all : (0..<limit).map { all[$0 * all.count / limit] }
  }

  private func name(of sample: Int) -> String {
    guard data.targetLayout == .oneClass, let label = data.classes?[sample],
      data.classNames.indices.contains(Int(label))
    else { return "" }
    return data.classNames[Int(label)]
  }

  /// The class of a sample, its labels, or its numbers; empty if there is none, or one for each step or pixel.
  private func target(of sample: Int, _ inputs: SampleInputs) -> String {
    guard let numbers = inputs.targets.first else { return name(of: sample) }
    let names = data.targetNames.count == numbers.count ? data.targetNames : []
    if !names.isEmpty, areLabels {
      let own = zip(names, numbers).filter { $1 == 1 }.map(\.0)
      return own.isEmpty ? "none" : own.joined(separator: ", ")
    }
    let texts = numbers.prefix(Self.numbers).enumerated().map { index, number in
      (names.isEmpty ? "" : "\(names[index]) ") + DataSummary.number(Double(number))
    }
    return texts.joined(separator: ", ") + (numbers.count > texts.count ? ", …" : "")
  }

  /// Whether each number of a target says whether a label applies.
  private var areLabels: Bool { summary.statistics[.training]?.outputs.allSatisfy(\.isBinary) == true }

  private func words(of sample: Int, _ target: String) -> String {
    let kind = data.targetLayout.areClasses ? "class" : areLabels ? "labels" : "target"
    return data.shortText(of: sample) + (target.isEmpty ? "" : "\n\(kind) \(target)")
  }

  private func images(_ samples: [Int]) throws -> Figure {
    let shape = data.inputShape
    // Arrays may have any numbers, and files of 16 bits often have few of the 65,536 levels.
    let moments = summary.statistics[.training]?.inputs ?? []
    let (least, most) = (moments.map(\.least).min() ?? 0, moments.map(\.most).max() ?? 1)
    let isWide = (summary.recipe.data as? any PixelEntry)?.depth == 16
    let isWhole = summary.areColours && !isWide || !(least < most)
    let range = isWhole ? 0...1 : Float(least)...Float(most)
    let pictures = try samples.map { sample in
      let inputs = try SampleInputs(data, samples: [sample])
      let target = target(of: sample, inputs)
      let small = ReducedImage(
        inputs.values(0), height: shape.extents[0], width: shape.extents[1], channels: shape.features, limit: Self.side)
      let tile = Tile.image(
        small.values, height: small.height, width: small.width, channels: shape.features, range: range)
      return PictureGrid.Picture(
        png: try tile.png(), aspect: Double(shape.extents[0]) / Double(shape.extents[1]), caption: target,
        words: words(of: sample, target))
    }
    let title = "Images"
    return Figure(
      title,
      note: "All on one scale, from \(DataSummary.number(Double(range.lowerBound))) to "
        + "\(DataSummary.number(Double(range.upperBound)))\(isWhole ? "" : ", which training samples have").",
      legend: [],
      drawings: [PictureGrid(pictures: pictures, columns: Self.ofClass).drawing(title: title)])
  }

  private func curves(_ samples: [Int]) throws -> Figure {
    let features = data.inputShape.features
    let shown = min(features, Self.features)
    let moments = (summary.statistics[.training]?.inputs ?? []).prefix(shown).filter { $0.count > 0 }
    let (least, most) = (moments.map(\.least).min() ?? 0, moments.map(\.most).max() ?? 1)
    let cells = try samples.map { sample in
      let inputs = try SampleInputs(data, samples: [sample])
      let (values, target) = (inputs.values(0), target(of: sample, inputs))
      return LineGrid.Cell(
        curves: (0..<shown).map { feature in
          stride(from: feature, to: values.count, by: features).map { values[$0] }
        }, caption: target, words: words(of: sample, target))
    }
    let title = "Sequences"
    let which = features > shown ? "The first \(shown) of \(features) features. " : ""
    return Figure(
      title, note: "\(which)All on one scale, from \(DataSummary.number(least)) to \(DataSummary.number(most)).",
      legend: shown == 1
        ? []
        : (0..<shown).map {
          LegendEntry(name: summary.statistics.name(ofFeature: $0), swatch: "line c\($0) strong")
        },
      drawings: [
        LineGrid(cells: cells, columns: 3, range: least...max(least, most)).drawing(title: title)
      ])
  }

  private func texts(_ samples: [Int]) throws -> Table {
    Table(
      headings: ["text", "class"],
      rows: try samples.map { sample in
        let text = try data.text(of: sample)
        return [text.count > 120 ? text.prefix(119) + "…" : text, name(of: sample)]
      }, isText: true)
  }
}

/// An image made smaller by a whole factor: each value is the mean of a square of pixels.
private struct ReducedImage {
  let height, width: Int
  let values: [Float]

  /// An image with channels last, so that no side is longer than `limit` by much.
  init(_ image: [Float], height: Int, width: Int, channels: Int, limit: Int) {
    let factor = max(1, (max(height, width) + limit - 1) / limit)
    guard factor > 1, min(height, width) >= factor else {
      (self.height, self.width, values) = (height, width, image)
      return
    }
    let (rows, columns) = (height / factor, width / factor)
    (self.height, self.width) = (rows, columns)
    var values = [Float](repeating: 0, count: rows * columns * channels)
    for row in 0..<rows * factor {
      for column in 0..<columns * factor {
        let place = (row / factor * columns + column / factor) * channels
        for channel in 0..<channels { values[place + channel] += image[(row * width + column) * channels + channel] }
      }
    }
    for index in values.indices { values[index] /= Float(factor * factor) }
    self.values = values
  }
}
