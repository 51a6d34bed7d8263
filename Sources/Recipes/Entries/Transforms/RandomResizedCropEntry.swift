import Images

/// Takes a rectangle of random size, shape and place, and resizes it.
public struct RandomResizedCropEntry: TransformEntry {
  /// Height and width of the result in pixels.
  public var size: ImageSize
  /// The rectangle's share of the image's area.
  public var scale = 0.08...1
  /// The rectangle's width over its height.
  public var ratio = 0.75...4.0 / 3

  /// Results of this size.
  public init(size: ImageSize) { self.size = size }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(size: ImageSize(height: 1, width: 1)) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomResizedCrop.name, "a rectangle of random size, shape and place, resized",
    example: "size: 224, scale: [0.3, 1]", short: "size",
    keys: [
      RecipeKey(
        "size", \.size, .imageSize(.from(1, through: 65536)), required: true, "height and width of the result in pixels"
      ),
      RecipeKey(
        "scale", \.scale, .interval(.from(0.0001, through: 1)), "the rectangle's share of the area, [least, most]"),
      RecipeKey(
        "ratio", \.ratio, .interval(.from(0.01, through: 100)), "the rectangle's width / height, [least, most]"),
    ])

  /// Makes the transform.
  public func makeTransform() -> any Transform { RandomResizedCrop(size, scale: scale, ratio: ratio) }
}
