import Datasets
import Training

/// What a few layers make of an image, channel by channel.
struct FeatureMapSection {
  let runs: [ReportedRun]

  private static let layers = 3
  private static let channels = 32

  func section() throws -> Section {
    var section = Section(title: "Feature maps")
    for run in runs {
      guard case .success(let trained) = run.trained, trained.shown.data.inputShape.isImage else { continue }
      let data = trained.shown.data
      let probe = ModelProbe(try trained.recipe.makeNetwork(inputShape: data.inputShape), seed: trained.recipe.seed)
      let result = try probe.run(on: data, samples: [0], gradients: false)
      let candidates = result.outputs.filter {
        $0.shape.isImage && $0.shape.positions > 1 && ["conv2d", "residual", "batch-norm", "relu"].contains($0.kind)
      }
      let owner = runs.count > 1 ? ": \(run.name)" : ""
      section.figures.append(try input(data, owner))
      section.figures += try FeatureMapSection.spread(candidates).map { try figure($0, owner) }
      section.notes = [
        "The first \(trained.shown.split.rawValue) image, \(data.shortText(of: 0)), and what some layers make of it: the "
          + "first, one in the middle, and the last."
      ]
    }
    return section
  }

  /// The first, one in the middle, and the last.
  private static func spread(_ outputs: [LayerOutput]) -> [LayerOutput] {
    guard outputs.count > layers else { return outputs }
    return [0, outputs.count / 2, outputs.count - 1].map { outputs[$0] }
  }

  private func input(_ data: any Dataset, _ owner: String) throws -> Figure {
    let (shape, title) = (data.inputShape, "The image" + owner)
    let values = try SampleInputs(data, samples: [0]).values(0)
    let picture = PictureGrid.Picture(
      png: try Paint.image(values, height: shape.extents[0], width: shape.extents[1], channels: shape.features),
      aspect: Double(shape.extents[0]) / Double(shape.extents[1]), caption: "", words: data.shortText(of: 0))
    return Figure(
      title, note: "\(shape.extents[0])×\(shape.extents[1]) pixels, as the network sees them.",
      legend: [LegendEntry(name: "least to greatest value", swatch: "ramp grey")],
      drawings: [PictureGrid(pictures: [picture], columns: 2).drawing(title: title)])
  }

  private func figure(_ output: LayerOutput, _ owner: String) throws -> Figure {
    let (height, width) = (output.shape.extents[0], output.shape.extents[1])
    let shown = min(output.shape.features, FeatureMapSection.channels)
    let maps = (0..<shown).map { channel in
      (0..<output.shape.positions).map { output.values[sample: 0, position: $0, column: channel] }
    }
    let limit = max(maps.flatMap(\.self).map(\.magnitude).max() ?? 0, .leastNormalMagnitude)
    let title = "Layer \(output.place), \(output.kind)" + owner
    let grid = PictureGrid(
      pictures: try maps.enumerated().map { channel, map in
        let most = Digits.words(Double(map.max() ?? 0))
        return PictureGrid.Picture(
          png: try Paint.signed(map, height: height, width: width, limit: limit, power: 0.7),
          aspect: Double(height) / Double(width), caption: "", words: "channel \(channel + 1)\nat most \(most)")
      }, columns: shown > 16 ? 8 : 4)
    let end = Digits.words(Double(limit))
    let isSigned = maps.contains { $0.contains { $0 < 0 } }
    return Figure(
      title,
      note: "\(output.shape) values" + (shown < output.shape.features ? "; the first \(shown) channels." : "."),
      legend: [
        LegendEntry(
          name: isSigned ? "output, −\(end) to \(end)" : "output, 0 to \(end)",
          swatch: isSigned ? "ramp signed" : "ramp positive")
      ], drawings: [grid.drawing(title: title)])
  }
}
