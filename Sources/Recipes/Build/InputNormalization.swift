extension Recipe {
  /// What the data source takes off each channel of its images, 0…1, and what it divides by then; nil where it takes
  /// numbers as they are.
  /// - Throws: `Failure` (configuration) where transforms do not follow each other.
  public func inputNormalization() throws -> (mean: [Double], deviation: [Double])? {
    switch data {
    case .idx(let settings):
      return settings.mean == 0 && settings.std == 1 ? nil : ([settings.mean], [settings.std])
    case .imageFolder(let settings):
      let normalize = try settings.evaluationSettings.makePipeline(key: "data.evaluationTransforms").normalize
      guard normalize != .none else { return nil }
      return ((0..<3).map { normalize.mean[$0] }, (0..<3).map { normalize.deviation[$0] })
    default: return nil
    }
  }
}
