import Layers

/// Images or sequences made larger.
public struct UpsampleEntry: LayerEntry {
  /// How many times as high and wide, or as long.
  public var scale: Window.Extent
  /// How new pixels are made.
  public var mode = Upsample.Mode.nearest
  /// Whether first and last pixels keep their places.
  public var alignCorners = false

  /// A layer with every other key at its default.
  public init(scale: Window.Extent) { self.scale = scale }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(scale: Window.Extent(1)) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "upsample", "images or sequences made larger", example: "scale: 2, mode: bilinear", short: "scale",
    keys: [
      RecipeKey(
        "scale", \.scale, .extent(.atLeast(1)), required: true,
        "how many times as high and wide; for sequences one number, how many times as long"),
      RecipeKey(
        "mode", \.mode, .choice,
        "copies of the nearest pixel, or interpolation: linear for sequences, bilinear for images"),
      RecipeKey(
        "alignCorners", \.alignCorners, .flag, "whether interpolation leaves the first and last pixels in their places"),
    ])

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try Upsample(input: site.input, scale: scale, mode: mode, alignCorners: alignCorners)
  }
}

extension Upsample.Mode: Choice {}
