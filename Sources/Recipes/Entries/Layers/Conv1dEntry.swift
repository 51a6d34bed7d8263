import Layers

/// A convolution of sequences.
public struct Conv1dEntry: LayerEntry, ConvolutionEntry {
  /// The number of output channels.
  public var outputs: LinearEntry.Outputs
  /// The kernel's length in steps.
  public var kernel: Int
  /// Steps from one position of the kernel to the next.
  public var stride = 1
  /// The zeros around the sequence.
  public var padding = Window.StepPadding.zeros(0)
  /// Steps between the kernel's taps.
  public var dilation = 1
  /// The number of channel groups; a group's outputs see only its inputs.
  public var groups = 1
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
    "conv1d", "a convolution of sequences", example: "outputs: 16, kernel: 5, stride: 2",
    keys: convolutionKeys(window: [
      RecipeKey("kernel", \.kernel, .number(.atLeast(1)), required: true, "the kernel's length in steps"),
      RecipeKey("stride", \.stride, .number(.atLeast(1)), "steps from one position of the kernel to the next"),
      RecipeKey(
        "padding", \.padding, .stepPadding,
        "zeros at both ends; or as many as keep the number of steps: at both ends (same), or all in front (causal)"),
      RecipeKey("dilation", \.dilation, .number(.atLeast(1)), "steps between the kernel's taps"),
    ]))

  /// Checks that `same` has no stride, as in PyTorch.
  public func check(_ section: RecipeSection) throws {
    if padding == .same, stride > 1 {
      throw section.conflict(
        of: ["padding", "stride"], "\(section.path(of: "padding")) is same, but \(section.naming("stride", stride))",
        advice: "same is for a stride of 1; write the zeros at both ends as a number")
    }
  }

  /// Makes the convolution; its input must be a sequence.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try Conv1d(
      input: site.input, outputs: try site.count(outputs),
      window: .steps(kernel: kernel, stride: stride, padding: padding, dilation: dilation), groups: groups, bias: bias,
      algorithm: site.convolution)
  }

  /// Checks that the input is a sequence.
  public func checkInput(_ site: LayerSite) throws { try site.requireSequence() }
}
