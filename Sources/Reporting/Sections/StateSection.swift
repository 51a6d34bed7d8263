import Datasets
import Recording
import Training

/// The hidden and cell states of recurrent layers over a sequence, below its letters.
struct StateSection {
  let runs: [ReportedRun]

  private static let units = 64
  private static let layers = 4

  func section() throws -> Section {
    var section = Section(title: "Hidden states")
    section.isPaired = runs.count.isMultiple(of: 2)
    for run in runs {
      guard case .success(let trained) = run.trained else { continue }
      let data = trained.shown.data
      guard data.inputShape.isSequence else { continue }
      let probe = ModelProbe(
        try trained.recipe.makeNetwork(inputShape: data.inputShape, classes: data.classNames.count),
        seed: trained.recipe.seed, precision: trained.experiment.settings.precision)
      let result = try probe.run(on: data, samples: [0], gradients: false)
      let symbols = try StateSection.letters(data, sample: 0, steps: max(1, result.lengths[0]))
      for states in result.states.prefix(StateSection.layers) {
        let steps = 0..<max(1, states.lengths[0])
        let letters = steps.count == symbols?.count ? symbols : nil
        for (name, values) in [("hidden state h", states.hidden as ProbedValues?), ("cell state c", states.cell)] {
          guard let values else { continue }
          let owner = runs.count > 1 ? ": \(run.name)" : ""
          section.figures.append(try figure("\(name), \(states.layerWords)\(owner)", states, values, steps, letters))
        }
      }
      if !result.states.isEmpty {
        section.notes.append(
          (runs.count > 1 ? run.name + ": " : "")
            + "\(runs.count > 1 ? "the" : "The") first \(trained.shown.split.rawValue) sample, with \(trained.weightsWords)"
            + (symbols == nil ? "." : ": \(try data.text(of: 0))"))
      }
    }
    return section
  }

  private func figure(
    _ title: String, _ states: RecurrentStates, _ values: ProbedValues, _ steps: Range<Int>, _ letters: [String]?
  ) throws -> Figure {
    let shown = min(values.columns, StateSection.units)
    let cells = (0..<shown).flatMap { unit in steps.map { values[$0, sample: 0, column: unit] } }
    let map = HeatMap(
      x: .init(
        label: "step t", name: letters == nil ? "step" : "symbol",
        ends: 1...Double(steps.count), names: letters),
      y: .init(label: "unit", name: "unit", ends: 1...Double(shown)), columns: steps.count, values: cells,
      name: String(title.prefix { $0 != "," }), height: min(320, max(70, Double(shown) * 14)))
    let heading = title.prefix(1).uppercased() + title.dropFirst()
    return Figure(
      heading,
      note: shown < values.columns
        ? "\(states.kind), the first \(shown) of \(values.columns) units." : "\(states.kind).",
      legend: [map.legend], drawings: [try map.drawing(title: heading)])
  }

  /// The symbol of each step if inputs are letters; a blank for padding.
  static func letters(_ data: any Dataset, sample: Int, steps: Int) throws -> [String]? {
    guard data is TemporalOrder || data is BinaryEcho || data.facts.alphabet != nil else { return nil }
    // A delay comes before the symbols.
    let symbols = try data.text(of: sample).unicodeScalars.suffix(steps).map { String($0) }
    return Array(repeating: " ", count: steps - symbols.count) + symbols
  }
}

extension RecurrentStates {
  /// The layer and, if it has several stacked layers or directions, which one.
  var layerWords: String { "layer \(place)" + (level.map { ", \($0)" } ?? "") }
}
