import Datasets
import Diagnostics
import Layers
import Tensors
import Training

extension Recipe {
  /// If sequences differ in length, checks that every layer can handle this and that no sample is too short.
  /// - Throws: `Failure` (configuration) naming the layer, or (data) naming the sample and the layer.
  func checkLengths(_ built: Model, data: DataSplits) throws {
    let parts = data.all.map(\.data).filter(\.hasLengths)
    guard !parts.isEmpty else { return }
    try check(built.layers, input: built.inputShape, key: "model.layers")
    try checkSteps(of: built)
    for samples in parts { try built.checkLengths(of: samples) }
  }

  private func check(_ layers: [any Layer], input: Shape, key: String) throws {
    var input = input
    for (index, layer) in layers.enumerated() {
      guard input.isSequence else { return }
      let own = "\(key).\(index)"
      if case .refused(let advice) = layer.lengthRule {
        throw Failure(
          .configuration,
          "\(placeOfLayer(layer, key: own)) cannot tell steps from padding, but the data's sequences differ in length",
          advice: advice)
      }
      for part in layer.parts {
        try check(part.layers, input: input, key: "\(own).\(layer.kind).\(part.name.isEmpty ? "layers" : part.name)")
      }
      if layer.outputShape.isSequence { try checkSum(layer, steps: input.steps, key: own) }
      input = layer.outputShape
    }
  }

  /// Checks that the parts that a layer joins give the same number of steps for every length.
  private func checkSum(_ layer: any Layer, steps: Int, key: String) throws {
    for length in 1...steps {
      let ends = layer.parts.filter(\.keepsSteps).map { (name: $0.name, steps: $0.layers.outputSteps(from: length)) }
      guard let first = ends.first, ends.contains(where: { $0.steps != first.steps }) else { continue }
      throw Failure(
        .configuration,
        "\(placeOfLayer(layer, key: key)) joins what its parts make of \(length) \(length == 1 ? "step" : "steps"): "
          + ends.map { "\($0.steps) by \($0.name)" }.joined(separator: ", "),
        advice: "the data's sequences differ in length, so the parts must give equally many steps for each length")
    }
  }

  private func placeOfLayer(_ layer: any Layer, key: String) -> String {
    let settings = model.layers.withNested(key: "model.layers").first { $0.key == key }
    return settings.map { messageName(of: $0.layer, key: key) } ?? "\(key) (\(layer.kind))"
  }

  /// Checks that a loss over every step sees the data's lengths: the model must keep the number of steps.
  private func checkSteps(of built: Model) throws {
    guard built.outputShape.isSequence,
      let length = (1...built.inputShape.steps).first(where: { built.layers.outputSteps(from: $0) != $0 })
    else { return }
    throw Failure(
      .configuration,
      "the model makes \(counted(built.layers.outputSteps(from: length), "step")) of \(length), so the samples' lengths do not fit",
      advice: "use layers that keep the number of steps, or data without lengths")
  }
}
