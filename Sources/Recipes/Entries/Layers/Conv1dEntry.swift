import Layers

/// A convolution of sequences.
public struct Conv1dEntry: LayerEntry, ConvolutionEntry {
  /// The number of output channels.
  public var outputs: Int
  /// Kernel, stride, padding and dilation; only the heights count, the width is 1.
  public var window: Window
  /// The number of channel groups; a group's outputs see only its inputs.
  public var groups = 1
  /// Whether a bias is added.
  public var bias = true
  /// How the weights are drawn; nil for `model.initialization`.
  public var initialization: (any InitializationEntry)?

  /// A convolution with every other key at its default.
  public init(outputs: Int, kernel: Int) {
    self.outputs = outputs
    window = .steps(kernel: kernel)
  }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(outputs: 0, kernel: 0) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "conv1d", "a convolution of sequences", example: "outputs: 16, kernel: 5, stride: 2",
    keys: convolutionKeys(window: [
      RecipeKey("kernel", \.window.kernel.height, .number(.atLeast(1)), required: true, "the kernel's length in steps"),
      RecipeKey(
        "stride", \.window.stride.height, .number(.atLeast(1)), "steps from one position of the kernel to the next"),
      RecipeKey("padding", \.window.padding.height, .number(.atLeast(0)), "zeros at both ends"),
      RecipeKey("dilation", \.window.dilation.height, .number(.atLeast(1)), "steps between the kernel's taps"),
    ]))

  /// Makes the convolution; its input must be a sequence.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try Conv1d(
      input: site.input, outputs: outputs, window: window, groups: groups, bias: bias,
      algorithm: site.convolution)
  }

  /// Checks that the input is a sequence.
  public func checkInput(_ site: LayerSite) throws { try site.requireSequence() }
}
