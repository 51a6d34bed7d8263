import Images

/// Adds noise to each value: x + n with a normal number n of mean 0.
///
/// Um et al. 2017, "Data augmentation of wearable sensor data for Parkinson's disease monitoring using convolutional neural
/// networks" (ICMI).
package struct Jitter: SequenceTransform {
  /// The name in recipes.
  package static let name = "jitter"
  /// The deviation of the noise.
  package let sigma: Double

  /// Takes the deviation of the noise.
  package init(sigma: Double) { self.sigma = sigma }

  /// Adds the noise.
  package func apply(to steps: SampleSteps, random: TransformRandom) {
    let features = steps.features
    random.forEachNormal(count: steps.count * features) { index, number in
      let (step, feature) = index.quotientAndRemainder(dividingBy: features)
      steps[step][feature] += Float(sigma * number)
    }
  }
}
