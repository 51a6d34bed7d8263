import Images

/// Changes colours at random, in random order.
public struct ColorJitterEntry: TransformEntry {
  /// The range of the brightness factor.
  public var brightness = 1.0...1.0
  /// The range of the contrast factor.
  public var contrast = 1.0...1.0
  /// The range of the saturation factor.
  public var saturation = 1.0...1.0
  /// The range of the turn of the hue; 1 is the full circle.
  public var hue = 0.0...0.0

  /// No change.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    ColorJitter.name, "brightness, contrast, saturation and hue changed at random, in random order",
    example: "contrast: 0.1, saturation: 0.1, hue: 0.1",
    keys: [
      RecipeKey("brightness", \.brightness, factors, "x for factors from 1 - x to 1 + x, or [least, most]"),
      RecipeKey("contrast", \.contrast, factors, "x for factors from 1 - x to 1 + x, or [least, most]"),
      RecipeKey("saturation", \.saturation, factors, "x for factors from 1 - x to 1 + x, or [least, most]"),
      RecipeKey(
        "hue", \.hue, .interval(.from(-0.5, through: 0.5), single: .from(0, through: 0.5)) { -$0...$0 },
        "the largest turn of the hue to either side, 0.5 for half the circle, or [least, most]"),
    ])

  private static let factors = ValueType<ClosedRange<Double>>.interval(
    .atLeast(0), single: .atLeast(0), ColorJitter.factors)

  /// Makes the transform.
  public func makeTransform() -> any Transform {
    ColorJitter(brightness: brightness, contrast: contrast, saturation: saturation, hue: hue)
  }
}
