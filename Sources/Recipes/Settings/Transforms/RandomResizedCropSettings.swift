import Images

/// A rectangle of random size, shape and place, resized.
public struct RandomResizedCropSettings: Equatable, Sendable {
  /// Height and width of the result.
  public var size: ImageSize
  /// The rectangle's share of the image's area.
  public var scale = 0.08...1
  /// The rectangle's width / height.
  public var ratio = 0.75...4.0 / 3

  /// Results of a size.
  public init(size: ImageSize) {
    self.size = size
  }
}

extension RandomResizedCropSettings: TransformVariantSettings {
  static let name = RandomResizedCrop.name
  static let doc = "a rectangle of random size, shape and place, resized"
  static let shortKey: String? = "size"

  init() { self.init(size: ImageSize(height: 1, width: 1)) }

  static let fields: [Field<RandomResizedCropSettings>] = [
    Field(
      "size", \.size, .imageSize(.from(1, through: 65536)), required: true, "height and width of the result in pixels"),
    Field("scale", \.scale, .interval(.from(0.0001, through: 1)), "the rectangle's share of the area, [least, most]"),
    Field("ratio", \.ratio, .interval(.from(0.01, through: 100)), "the rectangle's width / height, [least, most]"),
  ]

  var transform: (any Transform)? { RandomResizedCrop(size, scale: scale, ratio: ratio) }
}
