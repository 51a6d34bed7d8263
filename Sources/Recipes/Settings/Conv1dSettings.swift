/// A convolution of sequences.
public struct Conv1dSettings: Equatable, Sendable {
  /// The number of output channels.
  public var outputs: Int
  /// Taps of the kernel.
  public var kernel: Int
  /// Steps from one place of the kernel to the next.
  public var stride = 1
  /// Zeros at both ends.
  public var padding = 0
  /// Steps from one tap to the next.
  public var dilation = 1
  /// Groups of channels that see only each other.
  public var groups = 1
  /// Whether a bias is added.
  public var bias = true

  /// A layer with every other default.
  public init(outputs: Int, kernel: Int) {
    self.outputs = outputs
    self.kernel = kernel
  }
}

extension Conv1dSettings: VariantSettings {
  static let name = "conv1d"
  static let doc = "a convolution of sequences"

  init() { self.init(outputs: 0, kernel: 0) }

  static let fields: [Field<Conv1dSettings>] = [
    Field("outputs", \.outputs, .number(.atLeast(1)), required: true, "the number of output channels"),
    Field("kernel", \.kernel, .number(.atLeast(1)), required: true, "taps of the kernel"),
    Field("stride", \.stride, .number(.atLeast(1)), "steps from one place of the kernel to the next"),
    Field("padding", \.padding, .number(.atLeast(0)), "zeros at both ends"),
    Field("dilation", \.dilation, .number(.atLeast(1)), "steps from one tap to the next"),
    Field("groups", \.groups, .number(.atLeast(1)), "groups of channels that see only each other"),
    Field("bias", \.bias, .flag, "whether a bias is added"),
  ]
}
