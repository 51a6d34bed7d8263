import DPTrain
import Foundation

/// How `predict` shows outputs: the class and its probability, the class of each step, or numbers.
struct PredictionTable {
  let meaning: OutputMeaning
  let outputs: Shape
  let classNames: [String]

  /// The first line.
  var heading: [String] {
    switch meaning {
    case .classes: outputs.isSequence ? ["input", "classes"] : ["input", "class", "probability"]
    case .events: ["input", "probabilities"]
    case .values: ["input", "outputs"]
    }
  }

  /// The columns that are flush right.
  var right: Set<Int> { meaning == .classes && !outputs.isSequence ? [2] : [] }

  /// One sample's cells after its name.
  func cells(_ values: [Float]) -> [String] {
    switch meaning {
    case .classes where outputs.isSequence:
      let steps = stride(from: 0, to: values.count, by: outputs.features)
      return [steps.map { name(best(values[$0..<$0 + outputs.features])) }.joined(separator: " ")]
    case .classes:
      let index = best(values[...])
      return [name(index), Format.percent(Double(values[index]))]
    case .events:
      return [values.map { Format.percent(Double($0)) }.joined(separator: " ")]
    case .values:
      return [values.map { String(format: "%g", $0) }.joined(separator: " ")]
    }
  }

  private func best(_ probabilities: ArraySlice<Float>) -> Int {
    (probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0) - probabilities.startIndex
  }

  private func name(_ index: Int) -> String { index < classNames.count ? classNames[index] : String(index) }
}
