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
  /// Whether a last window may reach beyond the padding.
  public var ceilMode = false

  /// Windows that touch without overlap.
  public init(kernel: Window.Extent) { self.kernel = kernel }

  /// The window over inputs of this shape.
  func window(over input: Shape) -> Window {
    let stride = stride ?? kernel
    return input.isSequence
      ? .steps(kernel: kernel.height, stride: stride.height, padding: .zeros(padding.height), ceilMode: ceilMode)
      : Window(kernel: kernel, stride: stride, padding: .init(padding), ceilMode: ceilMode)
  }
}

/// The common keys of pooling layers with a window.
protocol PoolingEntry: LayerEntry {
  /// Kernel, stride and padding.
  var window: PoolingWindow { get set }
}

extension PoolingEntry {
  /// The form of a pooling layer, with the window's keys and more.
  static func poolingForm(
    _ name: String, _ doc: String, example: String, more: [RecipeKey<Self>] = []
  ) -> RecipeForm<Self> {
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
        RecipeKey(
          "ceilMode", \Self.window.ceilMode, .flag,
          "whether a last window may reach beyond the padding to cover the last pixels"),
      ] + more)
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
  /// Whether padding counts.
  public var countIncludePad = true

  /// A layer with every other key at its default.
  public init(kernel: Window.Extent) { window = PoolingWindow(kernel: kernel) }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(kernel: Window.Extent(1)) }

  /// The name and keys in recipes.
  public static let form = poolingForm(
    "average-pool", "the mean of each window", example: "kernel: 2",
    more: [
      RecipeKey("countIncludePad", \.countIncludePad, .flag, "whether the mean counts padding, as zeros")
    ])

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try AveragePool(
      input: site.input, window: window.window(over: site.input), countIncludePad: countIncludePad)
  }
}

/// Average pooling to a size.
public struct AdaptiveAveragePoolEntry: LayerEntry {
  /// The output's height and width; for sequences both are its steps.
  public var size: Window.Extent

  /// A layer for a size.
  public init(size: Window.Extent) { self.size = size }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(size: Window.Extent(1)) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "adaptive-average-pool", "the means of as many windows as give a size", example: "size: [2, 3]", short: "size",
    keys: [
      RecipeKey(
        "size", \.size, .extent(.atLeast(1)), required: true,
        "the output's height and width; for sequences one number, its steps")
    ])

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try AdaptiveAveragePool(input: site.input, size: size)
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
