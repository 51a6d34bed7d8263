import Layers
import Tensors

/// The window of a pooling layer over images or sequences.
public struct PoolingWindow: Equatable, Sendable {
  /// Height and width; of sequences the height are the steps, and the width means nothing.
  public var kernel: Window.Extent
  /// Pixels from one window to the next, or nil for windows side by side.
  public var stride: Window.Extent?
  /// Pixels around the image.
  public var padding = Window.Extent(0)

  /// Windows side by side.
  public init(kernel: Window.Extent) { self.kernel = kernel }

  /// The window over inputs of a shape.
  func window(over input: Shape) -> Window {
    let stride = stride ?? kernel
    return input.isSequence
      ? .steps(kernel: kernel.height, stride: stride.height, padding: padding.height)
      : Window(kernel: kernel, stride: stride, padding: padding)
  }
}

/// A pooling layer with a window in recipes.
protocol PoolingEntry: LayerEntry {
  /// Kernel, stride and padding.
  var window: PoolingWindow { get set }
}

extension PoolingEntry {
  /// The form of a layer with the keys of the window.
  static func poolingForm(_ name: String, _ doc: String, example: String) -> RecipeForm<Self> {
    RecipeForm(
      name, doc, example: example, short: "kernel",
      keys: [
        RecipeKey(
          "kernel", \Self.window.kernel, .extent(.atLeast(1)), required: true,
          "the window's height and width; of sequences its steps"),
        RecipeKey(
          "stride", \Self.window.stride, .optional(.extent(.atLeast(1))),
          "pixels from one window to the next, or none for windows side by side"),
        RecipeKey("padding", \Self.window.padding, .extent(.atLeast(0)), "pixels around the image"),
      ])
  }
}

/// Max pooling of images or sequences.
public struct MaxPoolEntry: LayerEntry, PoolingEntry {
  /// Kernel, stride and padding.
  public var window: PoolingWindow

  /// A layer with every other default.
  public init(kernel: Window.Extent) { window = PoolingWindow(kernel: kernel) }

  /// Every default; what is required has a placeholder.
  public init() { self.init(kernel: Window.Extent(1)) }

  /// Its name and keys in recipes.
  public static let form = poolingForm(
    "max-pool", "the largest value of each window", example: "kernel: 3, stride: 2, padding: 1")

  /// The layer.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try MaxPool(input: site.input, window: window.window(over: site.input))
  }
}

/// Average pooling of images or sequences.
public struct AveragePoolEntry: LayerEntry, PoolingEntry {
  /// Kernel, stride and padding.
  public var window: PoolingWindow

  /// A layer with every other default.
  public init(kernel: Window.Extent) { window = PoolingWindow(kernel: kernel) }

  /// Every default; what is required has a placeholder.
  public init() { self.init(kernel: Window.Extent(1)) }

  /// Its name and keys in recipes.
  public static let form = poolingForm("average-pool", "the mean of each window", example: "kernel: 2")

  /// The layer.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try AveragePool(input: site.input, window: window.window(over: site.input))
  }
}

/// Average pooling over everything.
public struct GlobalAveragePoolEntry: LayerEntry {
  /// Its name in recipes.
  public static let form = RecipeForm<Self>("global-average-pool", "the mean over all pixels or steps")

  /// The only value.
  public init() {}

  /// The layer.
  public func makeLayer(_ site: LayerSite) throws -> any Layer { try GlobalAveragePool(input: site.input) }
}
