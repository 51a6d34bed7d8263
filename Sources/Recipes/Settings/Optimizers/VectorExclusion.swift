import Layers

extension Field where Root: OptimizerVariantSettings {
  /// The key that leaves vectors out of the steps in proportion to their norm, and of weight decay.
  static func excludeVectors(_ property: any WritableKeyPath<Root, Bool> & Sendable, steps: String) -> Field {
    Field(
      "excludeVectors", property, .flag,
      "whether biases and the scales and shifts of normalization take \(steps), without weight decay")
  }
}

extension Model {
  /// The numbers of the parameters that are vectors: biases, and the scales and shifts of normalization.
  var vectors: Set<Int> { Set(parameters.indices.filter { parameters[$0].shape.count == 1 }) }
}
