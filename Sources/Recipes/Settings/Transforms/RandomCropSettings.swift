import Images

/// A rectangle at a random place.
public struct RandomCropSettings: Equatable, Sendable {
  /// Height and width of what is taken.
  public var size: ImageSize
  /// Black pixels added above and below, and left and right.
  public var padding = ImageSize(height: 0, width: 0)

  /// A rectangle of a size, without padding.
  public init(size: ImageSize) {
    self.size = size
  }
}

extension RandomCropSettings: TransformVariantSettings {
  static let name = RandomCrop.name
  static let doc = "a rectangle at a random place"
  static let shortKey: String? = "size"

  init() { self.init(size: ImageSize(height: 1, width: 1)) }

  static let fields: [Field<RandomCropSettings>] = [
    Field("size", \.size, .imageSize(.from(1, through: 65536)), required: true, "height and width in pixels"),
    Field(
      "padding", \.padding, .imageSize(.from(0, through: 65536)),
      "black pixels added on every side before, or [rows, columns]"),
  ]

  var transform: (any Transform)? { RandomCrop(size, padding: padding) }
}
