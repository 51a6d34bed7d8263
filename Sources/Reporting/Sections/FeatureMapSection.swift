import Datasets
import Training

/// The outputs of a few layers for an image, channel by channel.
struct FeatureMapSection {
  let runs: [ReportedRun]

  func section() throws -> Section {
    var section = Section(title: "Feature maps")
    for run in runs {
      guard case .success(let trained) = run.trained, trained.shown.data.inputShape.isImage else { continue }
      let data = trained.shown.data
      let probe = ModelProbe(
        try trained.recipe.makeNetwork(inputShape: data.inputShape, classes: data.classNames.count),
        seed: trained.recipe.seed, precision: trained.experiment.settings.precision)
      let owner = runs.count > 1 ? ": \(run.name)" : ""
      section.figures.append(try input(data, owner))
      section.figures += try FeatureMapTiles.all(probe, data: data, sample: 0).map { try figure($0, owner) }
      section.notes = [
        "The first \(trained.shown.split.rawValue) image, \(data.shortText(of: 0)), and what some layers make of it: the "
          + "first, one in the middle, and the last."
      ]
    }
    return section
  }

  private func input(_ data: any Dataset, _ owner: String) throws -> Figure {
    let (shape, title) = (data.inputShape, "The image" + owner)
    let picture = PictureGrid.Picture(
      png: try data.tiles(samples: [0])[0].png(), aspect: Double(shape.extents[0]) / Double(shape.extents[1]),
      caption: "", words: data.shortText(of: 0))
    return Figure(
      title,
      note:
        "\(shape.extents[0])×\(shape.extents[1]) pixels, as the network sees them, from the least value (black) to the greatest (white).",
      legend: [],
      drawings: [PictureGrid(pictures: [picture], columns: 2).drawing(title: title)])
  }

  private func figure(_ maps: FeatureMapTiles, _ owner: String) throws -> Figure {
    let shape = maps.output.shape
    let title = "Layer \(maps.output.place), \(maps.output.kind)" + owner
    let grid = PictureGrid(
      pictures: try maps.tiles.enumerated().map { channel, item in
        PictureGrid.Picture(
          png: try item.tile.png(), aspect: Double(shape.extents[0]) / Double(shape.extents[1]), caption: "",
          words: "channel \(channel + 1)\nat most \(Digits.words(Double(item.greatest)))")
      }, columns: maps.tiles.count > 16 ? 8 : 4)
    let end = Digits.words(Double(maps.limit))
    let shown = maps.tiles.count
    return Figure(
      title, note: "\(shape) values" + (shown < shape.features ? "; the first \(shown) channels." : "."),
      legend: [
        LegendEntry(
          name: maps.isSigned ? "output, −\(end) to \(end)" : "output, 0 to \(end)",
          swatch: maps.isSigned ? "ramp signed" : "ramp positive")
      ], drawings: [grid.drawing(title: title)])
  }
}
