import Images

extension RecipeKey where Settings: TransformEntry {
  /// The key of the probability of something.
  static func probability(
    _ property: any WritableKeyPath<Settings, Double> & Sendable, of event: String
  ) -> RecipeKey {
    RecipeKey("probability", property, .number(.from(0, through: 1)), "the probability of \(event)")
  }

  /// The key that says how pixels are interpolated.
  static func interpolation(_ property: any WritableKeyPath<Settings, Interpolation> & Sendable) -> RecipeKey {
    RecipeKey("interpolation", property, .choice, "nearest or bilinear")
  }

  /// The key of the colour where there is no image.
  static func fill(_ property: any WritableKeyPath<Settings, [Double]> & Sendable) -> RecipeKey {
    RecipeKey("fill", property, .color, "the level, from 0 to 255, of pixels without image, or one for each channel")
  }
}

extension Interpolation: Choice {}
