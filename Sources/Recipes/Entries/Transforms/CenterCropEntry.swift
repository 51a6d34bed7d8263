import Images

/// Takes the middle of images.
public struct CenterCropEntry: TransformEntry {
  /// Height and width of the result in pixels.
  public var size: ImageSize

  /// The middle in this size.
  public init(size: ImageSize) { self.size = size }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(size: ImageSize(height: 1, width: 1)) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    CenterCrop.name, "the middle of images; black is added around smaller ones",
    example: "size: 224", short: "size",
    keys: [
      RecipeKey("size", \.size, .imageSize(.from(1, through: 65536)), required: true, "height and width in pixels")
    ])

  /// Makes the transform.
  public func makeTransform() -> any Transform { CenterCrop(size) }
}
