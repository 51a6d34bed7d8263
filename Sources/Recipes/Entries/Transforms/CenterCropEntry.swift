import Images

/// The middle of images.
public struct CenterCropEntry: TransformEntry {
  /// Height and width of what is taken.
  public var size: ImageSize

  /// The middle of a size.
  public init(size: ImageSize) { self.size = size }

  /// Every default; what is required has a placeholder.
  public init() { self.init(size: ImageSize(height: 1, width: 1)) }

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    CenterCrop.name, "the middle of images; where they are smaller, black is added around",
    example: "size: 224", short: "size",
    keys: [
      RecipeKey("size", \.size, .imageSize(.from(1, through: 65536)), required: true, "height and width in pixels")
    ])

  /// The transform.
  public func makeTransform() -> any Transform { CenterCrop(size) }
}
