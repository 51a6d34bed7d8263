import Images

/// Takes a rectangle at a random place.
public struct RandomCropEntry: TransformEntry {
  /// Height and width of the result in pixels.
  public var size: ImageSize
  /// Black pixels to add before, above and below (height), left and right (width).
  public var padding = ImageSize(height: 0, width: 0)

  /// A rectangle of this size, without padding.
  public init(size: ImageSize) { self.size = size }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(size: ImageSize(height: 1, width: 1)) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomCrop.name, "a rectangle at a random place", example: "size: 32, padding: 4", short: "size",
    keys: [
      RecipeKey("size", \.size, .imageSize(.from(1, through: 65536)), required: true, "height and width in pixels"),
      RecipeKey(
        "padding", \.padding, .imageSize(.from(0, through: 65536)),
        "black pixels added before on every side, or [rows, columns]"),
    ])

  /// Makes the transform.
  public func makeTransform() -> any Transform { RandomCrop(size, padding: padding) }
}
