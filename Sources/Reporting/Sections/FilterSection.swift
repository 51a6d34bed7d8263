/// The filters of the first convolution over images.
struct FilterSection {
  let runs: [ReportedRun]

  func section() throws -> Section {
    var section = Section(title: "First-layer filters")
    for run in runs {
      guard case .success(let trained) = run.trained, let filters = try FilterTiles(trained.experiment.model) else {
        continue
      }
      section.figures.append(try figure(filters, run))
    }
    return section
  }

  private func figure(_ filters: FilterTiles, _ run: ReportedRun) throws -> Figure {
    let pictures = try filters.tiles.enumerated().map { index, item in
      let range = "\(Digits.words(Double(item.range.lowerBound))) to \(Digits.words(Double(item.range.upperBound)))"
      return PictureGrid.Picture(
        png: try item.tile.png(), aspect: Double(filters.height) / Double(filters.width), caption: "",
        words: "filter \(index + 1)\nweights \(range)")
    }
    let title = "Filters of \(filters.name)" + (runs.count > 1 ? ": \(run.name)" : "")
    let end = Digits.words(Double(filters.limit))
    let shown = filters.tiles.count
    let channels = filters.isColour || filters.channels == 1 ? "" : ", of the first of \(filters.channels) channels"
    return Figure(
      title,
      note: "\(filters.height)×\(filters.width) weights each\(channels)"
        + (shown < filters.count ? "; the first \(shown) of \(filters.count)." : "."),
      legend: [
        LegendEntry(
          name: "weight, −\(end) to \(end)" + (filters.isColour ? ", as red, green and blue" : ""),
          swatch: filters.isColour ? "ramp grey" : "ramp signed")
      ],
      drawings: [PictureGrid(pictures: pictures, columns: 8).drawing(title: title)])
  }
}
