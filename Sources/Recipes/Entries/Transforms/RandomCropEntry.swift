import Images

/// A rectangle at a random place.
public struct RandomCropEntry: TransformEntry {
  /// Height and width of what is taken.
  public var size: ImageSize
  /// Black pixels added above and below, and left and right.
  public var padding = ImageSize(height: 0, width: 0)

  /// A rectangle of a size, without padding.
  public init(size: ImageSize) { self.size = size }

  /// Every default; what is required has a placeholder.
  public init() { self.init(size: ImageSize(height: 1, width: 1)) }

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomCrop.name, "a rectangle at a random place", example: "size: 32, padding: 4", short: "size",
    keys: [
      RecipeKey("size", \.size, .imageSize(.from(1, through: 65536)), required: true, "height and width in pixels"),
      RecipeKey(
        "padding", \.padding, .imageSize(.from(0, through: 65536)),
        "black pixels added on every side before, or [rows, columns]"),
    ])

  /// The transform.
  public func makeTransform() -> any Transform { RandomCrop(size, padding: padding) }
}
