import Layers
import Tensors

/// The window of a pooling layer over images or sequences.
public struct PoolingWindow: Equatable, Sendable {
  /// Height and width; of sequences the height are the steps, and the width means nothing.
  public var kernel: Window.Extent
  /// Pixels from one window to the next, or nil for windows side by side.
  public var stride: Window.Extent?
  /// Pixels around the image.
  public var padding = Window.Extent(0)

  /// Windows side by side.
  public init(kernel: Window.Extent) {
    self.kernel = kernel
  }

  /// The window over inputs of a shape.
  func window(over input: Shape) -> Window {
    let stride = stride ?? kernel
    return input.isSequence
      ? .steps(kernel: kernel.height, stride: stride.height, padding: padding.height)
      : Window(kernel: kernel, stride: stride, padding: padding)
  }
}

/// Settings of a pooling layer.
protocol PoolingSettings: VariantSettings {
  /// Kernel, stride and padding.
  var window: PoolingWindow { get set }
}

extension PoolingSettings {
  /// The keys of all pooling layers with a window.
  static var poolingFields: [Field<Self>] {
    [
      Field(
        "kernel", \Self.window.kernel, .extent(.atLeast(1)), required: true,
        "the window's height and width; of sequences its steps"),
      Field(
        "stride", \Self.window.stride, .optional(.extent(.atLeast(1))),
        "pixels from one window to the next, or none for windows side by side"),
      Field("padding", \Self.window.padding, .extent(.atLeast(0)), "pixels around the image"),
    ]
  }
}
