import Images

/// Floats of mean 0 and deviation 1.
public struct NormalizeEntry: PipelineEntry {
  /// What is taken off red, green and blue.
  public var mean: [Double]
  /// What they are divided by.
  public var std: [Double]

  /// Three means and three standard deviations.
  public init(mean: [Double], std: [Double]) {
    self.mean = mean
    self.std = std
  }

  /// Every default; what is required has a placeholder.
  public init() { self.init(mean: [0, 0, 0], std: [1, 1, 1]) }

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    Normalize.name, "(x - mean) / std of red, green and blue; the last transform",
    example: "mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]",
    keys: [
      RecipeKey(
        "mean", \.mean, .list(.number()), required: true, "what is taken off red, green and blue, which go from 0 to 1"),
      RecipeKey(
        "std", \.std, .list(.number(.from(0.0001, through: 10000))), required: true, "what they are divided by"),
    ])

  /// Checks that there are three of each.
  public func check(_ section: RecipeSection) throws {
    for (key, values) in [("mean", mean), ("std", std)] where values.count != 3 {
      throw section.conflict(
        of: [key], "\(section.path(of: key)) has \(values.count) entries", advice: "one each for red, green and blue")
    }
  }

  /// What the pipeline writes.
  var normalize: Normalize {
    Normalize(mean: SIMD3(mean[0], mean[1], mean[2]), deviation: SIMD3(std[0], std[1], std[2]))
  }
}
