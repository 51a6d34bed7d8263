import Layers

/// A transposed convolution of images.
public struct ConvTranspose2dEntry: LayerEntry, ConvolutionEntry {
  /// The number of output channels.
  public var outputs: LinearEntry.Outputs
  /// The kernel's height and width.
  public var kernel: Window.Extent
  /// Output pixels from one input pixel's kernel to the next.
  public var stride = Window.Extent(1)
  /// Pixels cut off on both sides of each axis of the output.
  public var padding = Window.Extent(0)
  /// Pixels added behind each axis of the output.
  public var outputPadding = Window.Extent(0)
  /// The number of channel groups; a group's outputs see only its inputs.
  public var groups = 1
  /// Pixels between the kernel's taps.
  public var dilation = Window.Extent(1)
  /// Whether a bias is added.
  public var bias = true
  /// How the weights are drawn; nil for `model.initialization`.
  public var initialization: (any InitializationEntry)?
  /// The name that its parameters' names begin with; nil for its number.
  public var name: String?

  /// A convolution with every other key at its default.
  public init(outputs: Int, kernel: Window.Extent) {
    self.outputs = .number(outputs)
    self.kernel = kernel
  }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(outputs: 0, kernel: Window.Extent(1)) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "conv-transpose2d", "a transposed convolution, which makes images larger",
    example: "outputs: 16, kernel: 3, stride: 2, padding: 1, outputPadding: 1",
    keys: convolutionKeys(
      window: [
        RecipeKey("kernel", \.kernel, .extent(.atLeast(1)), required: true, "the kernel's height and width"),
        RecipeKey(
          "stride", \.stride, .extent(.atLeast(1)), "output pixels from one input pixel's kernel to the next"),
        RecipeKey(
          "padding", \.padding, .extent(.atLeast(0)), "pixels cut off on both sides of each axis of the output"),
        RecipeKey(
          "outputPadding", \.outputPadding, .extent(.atLeast(0)),
          "pixels added behind each axis of the output, fewer than the stride or the dilation"),
      ], behind: [RecipeKey("dilation", \.dilation, .extent(.atLeast(1)), "pixels between the kernel's taps")]))

  /// Makes the convolution; its input must be images.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try site.requireImages(sequences: "conv-transpose1d")
    return try ConvTranspose2d(
      input: site.input, outputs: try site.count(outputs),
      window: Window(kernel: kernel, stride: stride, padding: .init(padding), dilation: dilation),
      outputPadding: outputPadding, groups: groups, bias: bias)
  }
}
