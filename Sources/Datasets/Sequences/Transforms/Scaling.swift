import Images

/// Scales each channel of a sample by a factor of its own, normal with mean 1; Um et al. 2017, as `Jitter`.
package struct Scaling: SequenceTransform {
  /// The name in recipes.
  package static let name = "scaling"
  /// The deviation of the factors.
  package let sigma: Double

  /// Takes the deviation of the factors.
  package init(sigma: Double) { self.sigma = sigma }

  /// Scales the channels.
  package func apply(to steps: SampleSteps, random: TransformRandom) {
    for feature in 0..<steps.features {
      let factor = Float(1 + sigma * random.normal(feature))
      for step in 0..<steps.count { steps[step][feature] *= factor }
    }
  }
}
