import Images

/// The middle of images.
public struct CenterCropSettings: Equatable, Sendable {
  /// Height and width of what is taken.
  public var size: ImageSize

  /// The middle of a size.
  public init(size: ImageSize) {
    self.size = size
  }
}

extension CenterCropSettings: TransformVariantSettings {
  static let name = CenterCrop.name
  static let doc = "the middle of images; where they are smaller, black is added around"
  static let shortKey: String? = "size"

  init() { self.init(size: ImageSize(height: 1, width: 1)) }

  static let fields: [Field<CenterCropSettings>] = [
    Field("size", \.size, .imageSize(.from(1, through: 65536)), required: true, "height and width in pixels")
  ]

  var transform: (any Transform)? { CenterCrop(size) }
}
