/// (x − mean) / deviation of each channel; the last of a pipeline's transforms, done while the result is written.
public struct Normalize: Equatable, Sendable {
  /// The recipe's word.
  public static let name = "normalize"
  /// What is taken off red, green and blue, on the scale from 0 to 1.
  public let mean: SIMD3<Double>
  /// What they are divided by, on the same scale.
  public let deviation: SIMD3<Double>

  /// Takes means off and divides by standard deviations, none of them 0.
  public init(mean: SIMD3<Double>, deviation: SIMD3<Double>) {
    self.mean = mean
    self.deviation = deviation
  }

  /// Leaves floats from 0 to 1 as they are.
  public static let none = Normalize(mean: SIMD3(repeating: 0), deviation: SIMD3(repeating: 1))

  var kernelMean: SIMD3<Float> { SIMD3<Float>(mean) }
  var kernelFactor: SIMD3<Float> { SIMD3<Float>(1 / deviation) }
}
