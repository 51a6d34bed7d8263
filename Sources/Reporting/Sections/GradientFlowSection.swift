import Datasets
import Foundation
import Recording
import Training

/// The norm of ∂ℓ/∂h[t] over t for recurrent layers: shows whether gradients vanish or explode on their way back.
struct GradientFlowSection {
  let runs: [ReportedRun]

  private static let samples = 64
  /// The ratio between the gradients at the first and the last step from which they are said to vanish or explode.
  static let factor = 100.0

  /// One layer's norms.
  private struct Flow {
    let run: ReportedRun
    let place: String
    let isReverse: Bool
    /// For each step, the norms of all samples, ascending.
    let norms: [[Double]]
    let hasLossEverywhere: Bool

    var medians: [Double] { norms.map { $0[$0.count / 2] } }
  }

  func section() throws -> Section {
    var section = Section(title: "Gradients through time")
    let flows = try runs.flatMap(flows)
    guard !flows.isEmpty else { return section }
    section.notes =
      [
        "The norm of ∂ℓ/∂h[t], the gradient of a sample's own loss with respect to the hidden state after step t, through "
          + "all later steps and the outputs. It vanishes if it is over \(Digits.value(Self.factor)) times smaller at the "
          + "step that is farthest from the loss than at the nearest, and explodes if it is as many times larger; f is the "
          + "factor per step between the two."
      ] + flows.map(words)
    if runs.count > 1 {
      let marks = flows.map { flow in
        Mark.line(name: "\(flow.run.name), \(flow.place)", colour: flow.run.colour, points: points(flow.medians))
      }
      section.figures = [
        Figure(
          "Norm of ∂ℓ/∂h[t], all runs", note: "Medians over the samples.",
          Chart(x: Axis("step t"), y: axis, marks: marks))
      ]
    }
    section.figures += flows.map { flow in
      let owner = runs.count > 1 ? ": \(flow.run.name)" : ""
      let spans = flow.norms.enumerated().map { step, norms in
        Mark.Span(x: Double(step + 1), low: norms[norms.count / 20], high: norms[norms.count - 1 - norms.count / 20])
      }
      return Figure(
        "Norm of ∂ℓ/∂h[t], \(flow.place)\(owner)",
        Chart(
          x: Axis("step t"), y: axis,
          marks: [
            .band(name: "90 % of \(flow.norms[0].count) samples", colour: flow.run.colour, spans: spans),
            .line(name: "median", colour: flow.run.colour, points: points(flow.medians)),
          ]))
    }
    return section
  }

  private var axis: Axis { Axis("‖∂ℓ/∂h[t]‖₂ (logarithmic)", isLogarithmic: true) }

  private func points(_ values: [Double]) -> [Mark.Point] {
    values.enumerated().map { Mark.Point(x: Double($0.offset + 1), y: $0.element) }
  }

  private func flows(_ run: ReportedRun) throws -> [Flow] {
    guard case .success(let trained) = run.trained else { return [] }
    let data = trained.shown.data
    guard data.inputShape.isSequence else { return [] }
    let made = try trained.recipe.makeNetwork(inputShape: data.inputShape, classes: data.classNames.count)
    // The experiment's loss has the weights that balance the training samples.
    let network = Network(model: made.model, loss: trained.experiment.loss)
    let probe = ModelProbe(
      network, seed: trained.recipe.seed, precision: trained.experiment.settings.precision)
    guard probe.canGoBack else { return [] }
    let result = try probe.run(
      on: data, samples: Array(0..<min(data.count, Self.samples)), gradients: true)
    return result.states.compactMap { states in
      // Only samples of one length, so that each step is equally far from the end in all of them.
      let counts = Dictionary(grouping: states.lengths.indices, by: { states.lengths[$0] })
      guard let gradient = states.hiddenGradient,
        let (length, chosen) = counts.max(by: { ($0.value.count, $0.key) < ($1.value.count, $1.key) }), length > 1
      else { return nil }
      let all = chosen.map { gradient.norms(sample: $0) }
      return Flow(
        run: run, place: states.layerWords, isReverse: states.isReverse,
        norms: (0..<length).map { step in all.map { $0[step] }.sorted() },
        hasLossEverywhere: network.model.outputShape.isSequence)
    }
  }

  /// The result in one sentence.
  private func words(_ flow: Flow) -> String {
    let medians = flow.isReverse ? flow.medians.reversed() : flow.medians
    let (first, last) = (medians.first ?? 0, medians.last ?? 0)
    let name = (runs.count > 1 ? "\(flow.run.name), " : "") + flow.place
    let numbers =
      "\(Digits.words(first)) at the farthest step, \(Digits.words(last)) at the nearest"
    guard first > 0, last > 0 else { return "\(name): \(numbers); no gradient arrives at one of them." }
    let factor = pow(first / last, 1 / Double(medians.count - 1))
    let verdict =
      first < last / Self.factor
      ? "vanishes" : first > last * Self.factor ? "explodes" : "neither vanishes nor explodes"
    let everywhere =
      flow.hasLossEverywhere ? " Every step has a loss of its own, which adds to that of later steps." : ""
    return "\(name): the gradient \(verdict): \(numbers), f = \(Digits.value(factor, significant: 3)).\(everywhere)"
  }
}
