import Layers
import Tensors

/// The window of a pooling layer over images or sequences.
public struct PoolingWindow: Equatable, Sendable {
  /// Height and width; for sequences the height is the number of steps and the width is ignored.
  public var kernel: Window.Extent
  /// Pixels from one window to the next; nil for windows that touch without overlap.
  public var stride: Window.Extent?
  /// Padding around the image, in pixels.
  public var padding = Window.Extent(0)

  /// Windows that touch without overlap.
  public init(kernel: Window.Extent) { self.kernel = kernel }

  /// The window over inputs of this shape.
  func window(over input: Shape) -> Window {
    let stride = stride ?? kernel
    return input.isSequence
      ? .steps(kernel: kernel.height, stride: stride.height, padding: .zeros(padding.height))
      : Window(kernel: kernel, stride: stride, padding: .init(padding))
  }
}

/// The common keys of pooling layers with a window.
protocol PoolingEntry: LayerEntry {
  /// Kernel, stride and padding.
  var window: PoolingWindow { get set }
}

extension PoolingEntry {
  /// The form of a pooling layer, with the window's keys.
  static func poolingForm(_ name: String, _ doc: String, example: String) -> RecipeForm<Self> {
    RecipeForm(
      name, doc, example: example, short: "kernel",
      keys: [
        RecipeKey(
          "kernel", \Self.window.kernel, .extent(.atLeast(1)), required: true,
          "the window's height and width; for sequences its steps"),
        RecipeKey(
          "stride", \Self.window.stride, .optional(.extent(.atLeast(1))),
          "pixels from one window to the next, or none for windows that touch without overlap"),
        RecipeKey("padding", \Self.window.padding, .extent(.atLeast(0)), "pixels around the image"),
      ])
  }
}

/// Max pooling of images or sequences.
public struct MaxPoolEntry: LayerEntry, PoolingEntry {
  /// Kernel, stride and padding.
  public var window: PoolingWindow

  /// A layer with every other key at its default.
  public init(kernel: Window.Extent) { window = PoolingWindow(kernel: kernel) }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(kernel: Window.Extent(1)) }

  /// The name and keys in recipes.
  public static let form = poolingForm(
    "max-pool", "the largest value of each window", example: "kernel: 3, stride: 2, padding: 1")

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try MaxPool(input: site.input, window: window.window(over: site.input))
  }
}

/// Average pooling of images or sequences.
public struct AveragePoolEntry: LayerEntry, PoolingEntry {
  /// Kernel, stride and padding.
  public var window: PoolingWindow

  /// A layer with every other key at its default.
  public init(kernel: Window.Extent) { window = PoolingWindow(kernel: kernel) }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(kernel: Window.Extent(1)) }

  /// The name and keys in recipes.
  public static let form = poolingForm("average-pool", "the mean of each window", example: "kernel: 2")

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try AveragePool(input: site.input, window: window.window(over: site.input))
  }
}

/// The mean over all pixels or steps.
public struct GlobalAveragePoolEntry: LayerEntry {
  /// The name in recipes; there are no keys.
  public static let form = RecipeForm<Self>("global-average-pool", "the mean over all pixels or steps")

  /// There is nothing to set.
  public init() {}

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) throws -> any Layer { try GlobalAveragePool(input: site.input) }
}

/// The largest value over all pixels or steps.
public struct GlobalMaxPoolEntry: LayerEntry {
  /// The name in recipes; there are no keys.
  public static let form = RecipeForm<Self>("global-max-pool", "the largest value over all pixels or steps")

  /// There is nothing to set.
  public init() {}

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) throws -> any Layer { try GlobalMaxPool(input: site.input) }
}
