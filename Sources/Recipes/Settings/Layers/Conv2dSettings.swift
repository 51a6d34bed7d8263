import Layers

/// A convolution of images.
public struct Conv2dSettings: Equatable, Sendable {
  /// The number of output channels.
  public var outputs: Int
  /// Kernel, stride, padding and dilation.
  public var window: Window
  /// Groups of channels that see only each other.
  public var groups = 1
  /// Whether a bias is added.
  public var bias = true
  /// How the weights are drawn; nil for the model's way.
  public var initialization: InitializationSettings?

  /// A layer with every other default.
  public init(outputs: Int, kernel: Window.Extent) {
    self.outputs = outputs
    window = Window(kernel: kernel)
  }
}

extension Conv2dSettings: ConvolutionSettings {
  static let name = "conv2d"
  static let doc = "a convolution of images"

  init() { self.init(outputs: 0, kernel: Window.Extent(1)) }

  static let fields: [Field<Self>] = convolutionFields(window: [
    Field("kernel", \.window.kernel, .extent(.atLeast(1)), required: true, "the kernel's height and width"),
    Field("stride", \.window.stride, .extent(.atLeast(1)), "pixels from one place of the kernel to the next"),
    Field("padding", \.window.padding, .extent(.atLeast(0)), "zeros around the image"),
    Field("dilation", \.window.dilation, .extent(.atLeast(1)), "pixels from one tap to the next"),
  ])
}
