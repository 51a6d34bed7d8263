import Datasets
import Diagnostics
import Layers
import Tensors

extension Model {
  /// Checks that every layer takes samples of different lengths, and that no sample has too few steps for a layer.
  /// - Throws: `Failure` (data) that names the layer, and the first sample that is too short.
  public func checkLengths(of data: any Dataset) throws {
    if data.hasLengths, let place = list.place(thatRefusesLengths: inputShape) {
      throw Failure(
        .data, "the samples differ in length, but layer \(place) takes all \(inputShape.steps) steps of each",
        advice: "give samples of \(inputShape.steps) steps, without an array lengths")
    }
    if data.hasLengths { try checkSteps(of: data) }
  }

  /// Checks that no sample has too few steps for a layer. The samples may have other steps than the model's input.
  /// - Throws: `Failure` (data) that names the first sample that has, and the layer.
  package func checkSteps(of data: any Dataset) throws {
    guard data.inputShape.isAlike(inputShape), let fewest = (0..<data.count).lazy.map(data.length).min(),
      shortage(at: "", steps: fewest) != nil
    else { return }
    for sample in 0..<data.count {
      if let failure = shortage(at: data.place(of: sample), steps: data.length(of: sample)) { throw failure }
    }
  }

  /// The failure that a sample has too few steps for a layer, of which it names the first; nil if it has enough. `place` names
  /// the sample.
  package func shortage(at place: @autoclosure () -> String, steps length: Int) -> Failure? {
    guard inputShape.isSequence, let layer = list.place(withoutStepsFrom: length) else { return nil }
    // More input steps never give fewer output steps.
    let enough = (length...max(length, inputShape.steps)).first { list.place(withoutStepsFrom: $0) == nil }
    return Failure(
      .data, "\(place()) has \(length) \(length == 1 ? "step" : "steps"), too few for layer \(layer)",
      advice: "leave out samples of fewer than \(enough ?? inputShape.steps) steps, "
        + "or give the layer a smaller kernel, or padding")
  }
}

extension LayerPart {
  /// The first of these layers, or of those within them, that refuses samples of different lengths.
  fileprivate func place(thatRefusesLengths input: Shape, in outer: String = "") -> String? {
    var input = input
    for (index, layer) in layers.enumerated() {
      guard input.isSequence else { return nil }
      let place = place(of: index, in: outer)
      if case .refused = layer.lengthRule { return "\(place) (\(layer.kind))" }
      for part in layer.parts {
        if let found = part.place(thatRefusesLengths: input, in: place) { return found }
      }
      input = layer.outputShape
    }
    return nil
  }

  /// The first of these layers, or of those within them, that gives no step for a sample of `length` steps.
  fileprivate func place(withoutStepsFrom length: Int, in outer: String = "") -> String? {
    var steps = length
    for (index, layer) in layers.enumerated() {
      let place = place(of: index, in: outer)
      for part in layer.parts {
        if let found = part.place(withoutStepsFrom: steps, in: place) { return found }
      }
      steps = layer.outputSteps(from: steps)
      if steps < 1 { return "\(place) (\(layer.kind))" }
      guard layer.outputShape.isSequence else { return nil }
    }
    return nil
  }
}
