import Datasets
import Recording
import Training

/// Samples that were classified right and wrong, as texts or images.
struct ExampleSection {
  let runs: [ReportedRun]

  private static let images = 8
  private static let texts = 10

  func section() throws -> Section {
    var section = Section(title: "Examples")
    section.isPaired = runs.count.isMultiple(of: 2)
    for run in runs {
      guard case .success(let trained) = run.trained else { continue }
      let (split, data) = trained.shown
      let isImage = data.inputShape.isImage
      let limit = isImage ? ExampleSection.images : ExampleSection.texts
      let network = try trained.recipe.makeNetwork(inputShape: data.inputShape, classes: data.classNames.count)
      guard
        let examples = try Examples(
          network, seed: trained.recipe.seed, precision: trained.experiment.settings.precision, data: data,
          limit: limit, scanned: isImage ? 512 : 2000)
      else { continue }
      let owner = runs.count > 1 ? ": \(run.name)" : ""
      section.notes.append(
        "\(runs.count > 1 ? run.name + ": of" : "Of") \(Format.count(examples.count)) \(split.rawValue) samples: some that were "
          + "classified correctly, of all classes in turn, and the wrong ones that the model was most certain of "
          + "(\(trained.weightsWords)).")
      for (kind, chosen) in [("right", examples.right), ("wrong", examples.wrong)] {
        if chosen.isEmpty {
          section.notes.append("None of them was classified \(kind == "right" ? "correctly" : "wrongly")\(owner).")
        } else if isImage {
          section.figures.append(try pictures(chosen, of: data, kind, owner))
        } else {
          section.tables.append(try table(chosen, of: data, kind, owner))
        }
      }
    }
    return section
  }

  private func pictures(
    _ examples: [Examples.Example], of data: any Dataset, _ kind: String, _ owner: String
  ) throws -> Figure {
    let title = "Classified \(kind == "right" ? "correctly" : "wrongly")\(owner)"
    let shape = data.inputShape
    let tiles = try data.tiles(samples: examples.map(\.index))
    let grid = PictureGrid(
      pictures: try examples.enumerated().map { place, example in
        let actual = names(example.actual, data)
        let predicted = names(example.predicted, data)
        let percent = Format.percent(example.probability)
        return PictureGrid.Picture(
          png: try tiles[place].png(),
          aspect: Double(shape.extents[0]) / Double(shape.extents[1]),
          caption: kind == "right" ? actual : "\(actual) → \(predicted)",
          words: "\(data.shortText(of: example.index))\nactual \(actual), predicted \(predicted) (\(percent))",
          style: kind == "right" ? "" : "wrong")
      }, columns: 4)
    return Figure(
      title,
      note: "Contrast stretched to each picture's own range. Below each: "
        + (kind == "right" ? "its class." : "its class → the predicted one."),
      legend: [],
      drawings: [grid.drawing(title: title)])
  }

  private func table(
    _ examples: [Examples.Example], of data: any Dataset, _ kind: String, _ owner: String
  ) throws -> Table {
    Table(
      headings: ["\(kind)\(owner)", "actual", "predicted", "probability"],
      rows: try examples.map { example in
        let text = try data.text(of: example.index)
        return [
          text.count > 120 ? text.prefix(119) + "…" : text, names(example.actual, data), names(example.predicted, data),
          Format.percent(example.probability),
        ]
      }, right: [3], isText: true)
  }

  /// The classes' names; those of a sequence of letters without blanks, and a dot for uncounted steps.
  private func names(_ classes: [Int?], _ data: any Dataset) -> String {
    let names = classes.map { index in
      index.map { $0 < data.classNames.count ? data.classNames[$0] : String($0) } ?? "·"
    }
    return names.joined(separator: names.allSatisfy { $0.count == 1 } ? "" : " ")
  }
}
