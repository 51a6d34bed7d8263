import Layers

/// A convolution of images.
public struct Conv2dEntry: LayerEntry, ConvolutionEntry {
  /// The number of output channels.
  public var outputs: LinearEntry.Outputs
  /// The kernel's height and width.
  public var kernel: Window.Extent
  /// Pixels from one position of the kernel to the next.
  public var stride = Window.Extent(1)
  /// The zeros around the image.
  public var padding = Window.PixelPadding.zeros(Window.Extent(0))
  /// Pixels between the kernel's taps.
  public var dilation = Window.Extent(1)
  /// The number of channel groups; a group's outputs see only its inputs.
  public var groups = 1
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
    "conv2d", "a convolution of images",
    example: "outputs: 32, kernel: [3, 5], padding: [1, 2], initialization: {name: kaiming-normal, fan: fan-out}",
    keys: convolutionKeys(window: [
      RecipeKey("kernel", \.kernel, .extent(.atLeast(1)), required: true, "the kernel's height and width"),
      RecipeKey("stride", \.stride, .extent(.atLeast(1)), "pixels from one position of the kernel to the next"),
      RecipeKey(
        "padding", \.padding, .pixelPadding,
        "zeros on both sides of each axis; or as many as keep the size, one more behind if they are odd (same)"),
      RecipeKey("dilation", \.dilation, .extent(.atLeast(1)), "pixels between the kernel's taps"),
    ]))

  /// Checks that `same` has no stride, as in PyTorch.
  public func check(_ section: RecipeSection) throws {
    if padding == .same, stride != Window.Extent(1) {
      let strides = stride.height == stride.width ? "\(stride.height)" : "[\(stride.height), \(stride.width)]"
      throw section.conflict(
        of: ["padding", "stride"],
        "\(section.path(of: "padding")) is same, but \(section.naming("stride", text: strides))",
        advice: "same is for a stride of 1; write the zeros on both sides as a number")
    }
  }

  /// Makes the convolution; its input must be images.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try site.requireImages(sequences: "conv1d")
    return try Conv2d(
      input: site.input, outputs: try site.count(outputs),
      window: .pixels(kernel: kernel, stride: stride, padding: padding, dilation: dilation), groups: groups,
      bias: bias, algorithm: site.convolution)
  }
}
