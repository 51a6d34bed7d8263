/// (x − mean) / deviation per channel; the end of a pipeline, applied while the result is written.
public struct Normalize: Equatable, Sendable {
  /// The name in recipes.
  public static let name = "normalize"
  /// The means to subtract from red, green and blue, which range from 0 to 1; the first one from grey.
  public let mean: SIMD3<Double>
  /// The standard deviations to divide by.
  public let deviation: SIMD3<Double>

  /// Takes means and standard deviations; no deviation may be 0.
  public init(mean: SIMD3<Double>, deviation: SIMD3<Double>) {
    self.mean = mean
    self.deviation = deviation
  }

  /// Leaves floats from 0 to 1 unchanged.
  public static let none = Normalize(mean: SIMD3(repeating: 0), deviation: SIMD3(repeating: 1))

  var kernelMean: SIMD3<Float> { SIMD3<Float>(mean) }
  var kernelFactor: SIMD3<Float> { SIMD3<Float>(1 / deviation) }
}
