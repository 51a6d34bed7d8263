import Images

/// Images mirrored at random.
public struct RandomHorizontalFlipSettings: Equatable, Sendable {
  /// The share of images that is mirrored.
  public var probability = 0.5

  /// Every default.
  public init() {}
}

extension RandomHorizontalFlipSettings: TransformVariantSettings {
  static let name = RandomHorizontalFlip.name
  static let doc = "images mirrored left to right, at random"
  static let shortKey: String? = "probability"

  static let fields: [Field<RandomHorizontalFlipSettings>] = [
    Field("probability", \.probability, .number(.from(0, through: 1)), "the share of images that is mirrored")
  ]

  var transform: (any Transform)? { RandomHorizontalFlip(probability: probability) }
}
