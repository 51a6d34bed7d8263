import Diagnostics
import Layers

extension Recipe {
  /// Checks that no two layers with parameters or statistics have the same name.
  /// - Throws: `Failure` (configuration) with the name.
  func checkNames(_ list: LayerPart) throws {
    var seen: Set<String> = []
    for (place, layer) in list.nested(in: "")
    where layer.parts.isEmpty && !(layer.parameters.isEmpty && layer.buffers.isEmpty) {
      guard !seen.insert(place).inserted else { continue }
      throw Failure(
        .configuration, "two layers of the model have the name \(place)",
        advice: "give one of them another name, or none")
    }
  }
}
