import Diagnostics
import Layers

/// A convolution of images.
public struct Conv2dEntry: LayerEntry, ConvolutionEntry {
  /// The number of output channels.
  public var outputs: Int
  /// Kernel, stride, padding and dilation.
  public var window: Window
  /// The number of channel groups; a group's outputs see only its inputs.
  public var groups = 1
  /// Whether a bias is added.
  public var bias = true
  /// How the weights are drawn; nil for `model.initialization`.
  public var initialization: (any InitializationEntry)?

  /// A convolution with every other key at its default.
  public init(outputs: Int, kernel: Window.Extent) {
    self.outputs = outputs
    window = Window(kernel: kernel)
  }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(outputs: 0, kernel: Window.Extent(1)) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "conv2d", "a convolution of images",
    example: "outputs: 32, kernel: [3, 5], padding: [1, 2], initialization: {name: kaiming-normal, fan: fan-out}",
    keys: convolutionKeys(window: [
      RecipeKey("kernel", \.window.kernel, .extent(.atLeast(1)), required: true, "the kernel's height and width"),
      RecipeKey("stride", \.window.stride, .extent(.atLeast(1)), "pixels from one position of the kernel to the next"),
      RecipeKey("padding", \.window.padding, .extent(.atLeast(0)), "zeros around the image"),
      RecipeKey("dilation", \.window.dilation, .extent(.atLeast(1)), "pixels between the kernel's taps"),
    ]))

  /// Makes the convolution; its input must be images.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    guard site.input.isImage else {
      throw Failure(
        .configuration, "it needs images, height × width × channels",
        advice: site.input.isSequence
          ? "grey images have a last axis of one channel, x[..., None]; sequences go to conv1d"
          : "linear takes vectors")
    }
    return try Conv2d(
      input: site.input, outputs: outputs, window: window, groups: groups, bias: bias,
      algorithm: site.convolution)
  }
}
