import Layers

/// A convolution of images.
public struct Conv2dSettings: Equatable, Sendable {
  /// The number of output channels.
  public var outputs: Int
  /// The kernel's height and width.
  public var kernel: Window.Extent
  /// Pixels from one place of the kernel to the next.
  public var stride = Window.Extent(1)
  /// Zeros around the image.
  public var padding = Window.Extent(0)
  /// Pixels from one tap to the next.
  public var dilation = Window.Extent(1)
  /// Groups of channels that see only each other.
  public var groups = 1
  /// Whether a bias is added.
  public var bias = true

  /// A layer with every other default.
  public init(outputs: Int, kernel: Window.Extent) {
    self.outputs = outputs
    self.kernel = kernel
  }
}

extension Conv2dSettings: VariantSettings {
  static let name = "conv2d"
  static let doc = "a convolution of images"

  init() { self.init(outputs: 0, kernel: Window.Extent(1)) }

  static let fields: [Field<Conv2dSettings>] = [
    Field("outputs", \.outputs, .number(.atLeast(1)), required: true, "the number of output channels"),
    Field("kernel", \.kernel, .extent(.atLeast(1)), required: true, "the kernel's height and width"),
    Field("stride", \.stride, .extent(.atLeast(1)), "pixels from one place of the kernel to the next"),
    Field("padding", \.padding, .extent(.atLeast(0)), "zeros around the image"),
    Field("dilation", \.dilation, .extent(.atLeast(1)), "pixels from one tap to the next"),
    Field("groups", \.groups, .number(.atLeast(1)), "groups of channels that see only each other"),
    Field("bias", \.bias, .flag, "whether a bias is added"),
  ]
}
