import Images

/// The transforms of images, with torchvision's meaning.
public enum TransformSettings: Equatable, Sendable {
  /// Another size.
  case resize(ResizeSettings)
  /// The middle.
  case centerCrop(CenterCropSettings)
  /// A rectangle at a random place.
  case randomCrop(RandomCropSettings)
  /// A rectangle of random size, shape and place, resized.
  case randomResizedCrop(RandomResizedCropSettings)
  /// Mirrored at random.
  case randomHorizontalFlip(RandomHorizontalFlipSettings)
  /// Rotated at random.
  case randomRotation(RandomRotationSettings)
  /// Colours changed at random.
  case colorJitter(ColorJitterSettings)
  /// Blurred at random.
  case gaussianBlur(GaussianBlurSettings)
  /// Mean 0 and deviation 1.
  case normalize(NormalizeSettings)
  /// A transform that the program defines itself.
  case custom(CustomTransform)
}

/// What every transform's settings have.
protocol TransformVariantSettings: VariantSettings {
  /// The transform; nil for the normalisation that ends a pipeline.
  var transform: (any Transform)? { get }
}

extension TransformSettings: Variant {
  static let noun = "transform"

  static var variants: [VariantCase<TransformSettings>] {
    builtIn + RecipeExtensions.current.transforms.map { $0.variant }
  }

  var customVariant: VariantCase<TransformSettings>? {
    if case .custom(let own) = self { own.entry.ownVariant } else { nil }
  }

  private static let builtIn: [VariantCase<TransformSettings>] = [
    VariantCase(TransformSettings.resize) { if case .resize(let settings) = $0 { settings } else { nil } },
    VariantCase(TransformSettings.centerCrop) { if case .centerCrop(let settings) = $0 { settings } else { nil } },
    VariantCase(TransformSettings.randomCrop) { if case .randomCrop(let settings) = $0 { settings } else { nil } },
    VariantCase(TransformSettings.randomResizedCrop) {
      if case .randomResizedCrop(let settings) = $0 { settings } else { nil }
    },
    VariantCase(TransformSettings.randomHorizontalFlip) {
      if case .randomHorizontalFlip(let settings) = $0 { settings } else { nil }
    },
    VariantCase(TransformSettings.randomRotation) {
      if case .randomRotation(let settings) = $0 { settings } else { nil }
    },
    VariantCase(TransformSettings.colorJitter) { if case .colorJitter(let settings) = $0 { settings } else { nil } },
    VariantCase(TransformSettings.gaussianBlur) { if case .gaussianBlur(let settings) = $0 { settings } else { nil } },
    VariantCase(TransformSettings.normalize) { if case .normalize(let settings) = $0 { settings } else { nil } },
  ]

  /// The settings of the chosen transform.
  var chosenSettings: any TransformVariantSettings {
    switch self {
    case .resize(let settings): settings
    case .centerCrop(let settings): settings
    case .randomCrop(let settings): settings
    case .randomResizedCrop(let settings): settings
    case .randomHorizontalFlip(let settings): settings
    case .randomRotation(let settings): settings
    case .colorJitter(let settings): settings
    case .gaussianBlur(let settings): settings
    case .normalize(let settings): settings
    case .custom(let own): own.entry.settings
    }
  }
}
