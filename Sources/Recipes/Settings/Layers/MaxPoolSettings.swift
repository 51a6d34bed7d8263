import Layers

/// Max pooling of images or sequences.
public struct MaxPoolSettings: Equatable, Sendable {
  /// Kernel, stride and padding.
  public var window: PoolingWindow

  /// A layer with every other default.
  public init(kernel: Window.Extent) {
    window = PoolingWindow(kernel: kernel)
  }
}

extension MaxPoolSettings: PoolingSettings {
  static let name = "max-pool"
  static let doc = "the largest value of each window"
  static let shortKey: String? = "kernel"

  init() { self.init(kernel: Window.Extent(1)) }

  static let fields: [Field<Self>] = poolingFields
}
