import Images

/// Normalizes floats, for mean 0 and deviation 1.
public struct NormalizeEntry: PipelineEntry {
  /// The means to subtract from red, green and blue, which range from 0 to 1.
  public var mean: [Double]
  /// The standard deviations that divide them after that.
  public var std: [Double]

  /// Three means and three standard deviations, or one of each for all channels.
  public init(mean: [Double], std: [Double]) {
    self.mean = mean
    self.std = std
  }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(mean: [0, 0, 0], std: [1, 1, 1]) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    Normalize.name, "(x - mean) / std of red, green and blue, or of grey; the last transform",
    example: "mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]",
    keys: [
      RecipeKey(
        "mean", \.mean, .list(.number()), required: true,
        "the means to subtract from red, green and blue (0 to 1), or one for all channels"),
      RecipeKey(
        "std", \.std, .list(.number(.from(0.0001, through: 10000))), required: true,
        "the standard deviations to divide by, or one for all channels"),
    ])

  /// Checks that each has one entry or three.
  public func check(_ section: RecipeSection) throws {
    for (key, values) in [("mean", mean), ("std", std)] where values.count != 3 && values.count != 1 {
      throw section.conflict(
        of: [key], "\(section.path(of: key)) has \(values.count) entries",
        advice: "one each for red, green and blue, or one for all channels")
    }
  }

  /// The normalization that ends the pipeline.
  var normalize: Normalize { Normalize(mean: Self.colors(mean), deviation: Self.colors(std)) }

  private static func colors(_ values: [Double]) -> SIMD3<Double> {
    values.count == 3 ? SIMD3(values[0], values[1], values[2]) : SIMD3(repeating: values[0])
  }
}
