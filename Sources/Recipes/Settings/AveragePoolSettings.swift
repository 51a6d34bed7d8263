import Layers

/// Average pooling of images or sequences.
public struct AveragePoolSettings: Equatable, Sendable {
  /// The window's height and width; of sequences its steps.
  public var kernel: Window.Extent
  /// Pixels from one window to the next, or none for windows side by side.
  public var stride = Window.Extent?.none
  /// Pixels around the image.
  public var padding = Window.Extent(0)

  /// A layer with every other default.
  public init(kernel: Window.Extent) {
    self.kernel = kernel
  }
}

extension AveragePoolSettings: VariantSettings {
  static let name = "average-pool"
  static let doc = "the mean of each window"

  init() { self.init(kernel: Window.Extent(1)) }

  static let fields: [Field<AveragePoolSettings>] = [
    Field(
      "kernel", \.kernel, .extent(.atLeast(1)), required: true, "the window's height and width; of sequences its steps"),
    Field(
      "stride", \.stride, .optional(.extent(.atLeast(1))),
      "pixels from one window to the next, or none for windows side by side"),
    Field("padding", \.padding, .extent(.atLeast(0)), "pixels around the image"),
  ]
}
