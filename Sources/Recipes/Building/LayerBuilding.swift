import Diagnostics
import Layers
import Tensors

extension Recipe {
  /// Makes the layers of a list, each for the output shape of the one before; `key` is the list's key.
  /// - Throws: `Failure` (configuration) naming the layer, its line, its input's shape, and what would fit.
  func makeLayers(
    _ list: [any LayerEntry], input: Shape, classes: Int, key: String, part: String = ""
  ) throws -> LayerPart {
    var layers: [any Layer] = []
    for (index, entry) in list.enumerated() {
      let site = LayerSite(
        input: layers.last?.outputShape ?? input, batch: batch, shards: shards, classes: classes,
        convolution: model.convolution, former: list.prefix(index))
      let layer = try makeLayer(entry, at: site, key: "\(key).\(index)")
      try checkSize(layer, messageName(of: entry, key: "\(key).\(index)"))
      if let initialization = entry.initialization {
        for weight in layer.parameters where weight.shape.count > 1 {
          weight.chosenInitialization = initialization.initialization
        }
      }
      layers.append(layer)
    }
    return LayerPart(layers, name: part, ownNames: list.map(\.name))
  }

  /// Checks that value counts fit in memory, before they overflow an `Int`.
  private func checkSize(_ layer: any Layer, _ place: String) throws {
    func isWithin(_ limit: Int, _ factors: [Int]) -> Bool {
      var product = 1
      for factor in factors {
        let (next, overflow) = product.multipliedReportingOverflow(by: factor)
        guard !overflow, next <= limit else { return false }
        product = next
      }
      return true
    }
    let outputs = layer.outputShape
    guard isWithin(1 << 46, [batch] + outputs.extents) else {
      throw Failure(
        .configuration, "\(place) gives \(outputs) values for each of \(batch) samples, more than any memory holds",
        advice: "choose fewer outputs, or smaller inputs")
    }
    for parameter in layer.parameters where !isWithin(1 << 56, parameter.shape + [outputs.steps * outputs.positions]) {
      throw Failure(
        .configuration,
        "\(place): its \(parameter.name) of \(Shape(parameter.shape)) values is more than any memory holds",
        advice: "choose fewer outputs, or fewer inputs")
    }
  }

  /// Names a layer for messages: its place if known, its key and kind.
  func messageName(of layer: any LayerEntry, key: String) -> String {
    let place = origin.place(of: key, named: layer.kind).map { "\($0): " } ?? ""
    return "\(place)\(key) (\(layer.kind))"
  }

  private func makeLayer(_ entry: any LayerEntry, at site: LayerSite, key: String) throws -> any Layer {
    let place = messageName(of: entry, key: key)
    try located(place) { try entry.checkInput(site) }
    var site = site
    for part in entry.parts {
      site.parts[part.key] = try makeLayers(
        part.layers, input: site.input, classes: site.classes, key: "\(key).\(entry.kind).\(part.key)", part: part.key)
    }
    return try located("\(place) does not fit its input, \(site.input.text):") { try entry.makeLayer(site) }
  }

  /// Runs `make` and puts `text` before the message of its failure.
  private func located<T>(_ text: String, _ make: () throws -> T) throws -> T {
    do {
      return try make()
    } catch let failure as Failure {
      throw Failure(failure.exitCode, "\(text) \(failure.message)", advice: failure.advice)
    }
  }
}
