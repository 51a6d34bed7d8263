import Images

/// Mixes images with chains of random operations on them.
public struct AugMixEntry: TransformEntry {
  /// The number of magnitudes that are used, from the least.
  public var severity = 3
  /// The number of chains.
  public var mixtureWidth = 3
  /// The number of operations of a chain; nil for 1 to 3 at random.
  public var chainDepth: Int?
  /// The parameter of the distributions of shares.
  public var alpha = 1.0
  /// Whether operations also change brightness, colour, contrast and sharpness.
  public var allOps = true
  /// How rotations and the like interpolate.
  public var interpolation = Interpolation.bilinear
  /// The levels, from 0 to 255, of pixels without image.
  public var fill: [Double] = [0]

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    AugMix.name, "images mixed with chains of random operations on them: AugMix", example: "severity: 5",
    keys: [
      RecipeKey(
        "severity", \.severity, .number(.from(1, through: AugMix.strengths)),
        "the number of magnitudes that are used, from the least, of \(AugMix.strengths)"),
      RecipeKey(
        "mixtureWidth", \.mixtureWidth, .number(.from(1, through: AugMix.mostChains)), "the number of chains"),
      RecipeKey(
        "chainDepth", \.chainDepth, .optional(.number(.from(1, through: AugMix.mostOperations))),
        "the operations of a chain, or none for 1 to 3 at random"),
      RecipeKey(
        "alpha", \.alpha, .number(.from(0.01, through: 1000)),
        "the parameter of the beta and Dirichlet distributions of the shares of the mixture"),
      RecipeKey(
        "allOps", \.allOps, .flag, "whether operations also change brightness, colour, contrast and sharpness"),
      .interpolation(\.interpolation),
      .fill(\.fill),
    ])

  /// Makes the transform.
  public func makeTransform() -> any Transform {
    AugMix(
      severity: severity, chains: mixtureWidth, depth: chainDepth, alpha: alpha, allOperations: allOps,
      interpolation: interpolation, fill: fill.color)
  }
}
