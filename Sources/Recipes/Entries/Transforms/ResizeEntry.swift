import Images
import Layers

/// Resizes images, bilinear with antialiasing.
public struct ResizeEntry: TransformEntry {
  /// The shorter side, or height and width, in pixels.
  public var size: Resize.Target

  /// Images of this size.
  public init(size: Resize.Target) { self.size = size }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(size: .shorterSide(1)) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    Resize.name, "images of another size, bilinear with antialiasing", example: "size: [112, 112]", short: "size",
    keys: [RecipeKey("size", \.size, .resizeTarget, required: true, "the shorter side in pixels, or [height, width]")])

  /// Makes the transform.
  public func makeTransform() -> any Transform { Resize(size) }
}

extension ValueType<Resize.Target> {
  /// One whole number for the shorter side, or two as `[height, width]`.
  static var resizeTarget: ValueType {
    let both = ValueType<ImageSize>.imageSize(.from(1, through: 65536))
    return ValueType {
      both.shape()
    } read: { node, path, _ in
      let size = try both.read(node, path, nil)
      if case .scalar = node.content { return .shorterSide(size.height) }
      return .exact(size)
    } write: { target in
      switch target {
      case .shorterSide(let side): .scalar(String(side))
      case .exact(let size): .list([.scalar(String(size.height)), .scalar(String(size.width))])
      }
    }
  }
}

extension ValueType<ImageSize> {
  /// One whole number for height and width, or two as `[height, width]`.
  static func imageSize(_ bounds: Bounds<Int>) -> ValueType {
    let extent = ValueType<Window.Extent>.extent(bounds)
    return ValueType {
      extent.shape()
    } read: { node, path, _ in
      let sides = try extent.read(node, path, nil)
      return ImageSize(height: sides.height, width: sides.width)
    } write: {
      extent.write(Window.Extent(height: $0.height, width: $0.width))
    }
  }
}
