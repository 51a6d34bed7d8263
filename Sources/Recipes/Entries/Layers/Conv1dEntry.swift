import Layers

/// A convolution of sequences.
public struct Conv1dEntry: LayerEntry, ConvolutionEntry {
  /// The number of output channels.
  public var outputs: Int
  /// Kernel, stride, padding and dilation: heights alone, of width 1.
  public var window: Window
  /// Groups of channels that see only each other.
  public var groups = 1
  /// Whether a bias is added.
  public var bias = true
  /// How the weights are drawn; nil for the model's way.
  public var initialization: (any InitializationEntry)?

  /// A layer with every other default.
  public init(outputs: Int, kernel: Int) {
    self.outputs = outputs
    window = .steps(kernel: kernel)
  }

  /// Every default; what is required has a placeholder.
  public init() { self.init(outputs: 0, kernel: 0) }

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "conv1d", "a convolution of sequences", example: "outputs: 16, kernel: 5, stride: 2",
    keys: convolutionKeys(window: [
      RecipeKey("kernel", \.window.kernel.height, .number(.atLeast(1)), required: true, "taps of the kernel"),
      RecipeKey(
        "stride", \.window.stride.height, .number(.atLeast(1)), "steps from one place of the kernel to the next"),
      RecipeKey("padding", \.window.padding.height, .number(.atLeast(0)), "zeros at both ends"),
      RecipeKey("dilation", \.window.dilation.height, .number(.atLeast(1)), "steps from one tap to the next"),
    ]))

  /// The convolution; of sequences alone.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try Conv1d(input: site.input, outputs: outputs, window: window, groups: groups, bias: bias)
  }

  /// Refuses what is no sequence.
  public func checkInput(_ site: LayerSite) throws { try site.requireSequence() }
}
