import Layers

/// A convolution of sequences.
public struct Conv1dSettings: Equatable, Sendable {
  /// The number of output channels.
  public var outputs: Int
  /// Kernel, stride, padding and dilation: heights alone, of width 1.
  public var window: Window
  /// Groups of channels that see only each other.
  public var groups = 1
  /// Whether a bias is added.
  public var bias = true
  /// How the weights are drawn; nil for the model's way.
  public var initialization: InitializationSettings?

  /// A layer with every other default.
  public init(outputs: Int, kernel: Int) {
    self.outputs = outputs
    window = .steps(kernel: kernel)
  }
}

extension Conv1dSettings: ConvolutionSettings {
  static let name = "conv1d"
  static let doc = "a convolution of sequences"

  init() { self.init(outputs: 0, kernel: 0) }

  static let fields: [Field<Self>] = convolutionFields(window: [
    Field("kernel", \.window.kernel.height, .number(.atLeast(1)), required: true, "taps of the kernel"),
    Field("stride", \.window.stride.height, .number(.atLeast(1)), "steps from one place of the kernel to the next"),
    Field("padding", \.window.padding.height, .number(.atLeast(0)), "zeros at both ends"),
    Field("dilation", \.window.dilation.height, .number(.atLeast(1)), "steps from one tap to the next"),
  ])
}
