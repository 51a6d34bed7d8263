import Layers

/// A transposed convolution of sequences.
public struct ConvTranspose1dEntry: LayerEntry, ConvolutionEntry {
  /// The number of output channels.
  public var outputs: LinearEntry.Outputs
  /// The kernel's length in steps.
  public var kernel: Int
  /// Output steps from one input step's kernel to the next.
  public var stride = 1
  /// Steps cut off at both ends of the output.
  public var padding = 0
  /// Steps added behind the output.
  public var outputPadding = 0
  /// The number of channel groups; a group's outputs see only its inputs.
  public var groups = 1
  /// Steps between the kernel's taps.
  public var dilation = 1
  /// Whether a bias is added.
  public var bias = true
  /// How the weights are drawn; nil for `model.initialization`.
  public var initialization: (any InitializationEntry)?
  /// The name that its parameters' names begin with; nil for its number.
  public var name: String?

  /// A convolution with every other key at its default.
  public init(outputs: Int, kernel: Int) {
    self.outputs = .number(outputs)
    self.kernel = kernel
  }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(outputs: 0, kernel: 0) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "conv-transpose1d", "a transposed convolution, which makes sequences longer",
    example: "outputs: 16, kernel: 4, stride: 2, padding: 1",
    keys: convolutionKeys(
      window: [
        RecipeKey("kernel", \.kernel, .number(.atLeast(1)), required: true, "the kernel's length in steps"),
        RecipeKey(
          "stride", \.stride, .number(.atLeast(1)), "output steps from one input step's kernel to the next"),
        RecipeKey("padding", \.padding, .number(.atLeast(0)), "steps cut off at both ends of the output"),
        RecipeKey(
          "outputPadding", \.outputPadding, .number(.atLeast(0)),
          "steps added behind the output, fewer than the stride or the dilation"),
      ], behind: [RecipeKey("dilation", \.dilation, .number(.atLeast(1)), "steps between the kernel's taps")]))

  /// Makes the convolution; its input must be a sequence.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try ConvTranspose1d(
      input: site.input, outputs: try site.count(outputs),
      window: .steps(kernel: kernel, stride: stride, padding: .zeros(padding), dilation: dilation),
      outputPadding: outputPadding, groups: groups, bias: bias)
  }

  /// Checks that the input is a sequence.
  public func checkInput(_ site: LayerSite) throws { try site.requireSequence() }
}
