import Layers

/// The filters of the first convolution over images.
struct FilterSection {
  let runs: [ReportedRun]

  private static let most = 64

  func section() throws -> Section {
    var section = Section(title: "First-layer filters")
    for run in runs {
      guard case .success(let trained) = run.trained,
        let filters = trained.experiment.model.parameters.first(where: { $0.shape.count == 4 })
      else { continue }
      section.figures.append(try figure(filters, of: trained.experiment.model, run))
    }
    return section
  }

  private func figure(_ filters: Parameter, of model: Model, _ run: ReportedRun) throws -> Figure {
    let values = filters.toPyTorch(model.values(of: filters))
    let (count, channels, height, width) = (filters.shape[0], filters.shape[1], filters.shape[2], filters.shape[3])
    let shown = min(count, FilterSection.most)
    let limit = max(values.map(\.magnitude).max() ?? 0, .leastNormalMagnitude)
    let (size, isColour) = (height * width, channels == 3)
    let pictures = try (0..<shown).map { filter in
      let own = Array(values[filter * channels * size..<(filter + 1) * channels * size])
      // Pixel by pixel, or the first channel alone.
      let png =
        isColour
        ? try Paint.colours(
          (0..<size).flatMap { pixel in (0..<3).map { own[$0 * size + pixel] } }, height: height, width: width,
          limit: limit)
        : try Paint.signed(Array(own.prefix(size)), height: height, width: width, limit: limit)
      let range =
        "\(Digits.words(Double(own.min() ?? 0))) to \(Digits.words(Double(own.max() ?? 0)))"
      return PictureGrid.Picture(
        png: png, aspect: Double(height) / Double(width), caption: "", words: "filter \(filter + 1)\nweights \(range)")
    }
    let title = "Filters of \(filters.name)" + (runs.count > 1 ? ": \(run.name)" : "")
    let end = Digits.words(Double(limit))
    let words = "weight, −\(end) to \(end)"
    let note =
      "\(height)×\(width) weights each" + (isColour || channels == 1 ? "" : ", of the first of \(channels) channels")
      + (shown < count ? "; the first \(shown) of \(count)." : ".")
    return Figure(
      title, note: note,
      legend: [
        LegendEntry(
          name: isColour ? words + ", as red, green and blue" : words, swatch: isColour ? "ramp grey" : "ramp signed")
      ],
      drawings: [PictureGrid(pictures: pictures, columns: 8).drawing(title: title)])
  }
}
