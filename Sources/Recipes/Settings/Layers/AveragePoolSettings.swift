import Layers

/// Average pooling of images or sequences.
public struct AveragePoolSettings: Equatable, Sendable {
  /// Kernel, stride and padding.
  public var window: PoolingWindow

  /// A layer with every other default.
  public init(kernel: Window.Extent) {
    window = PoolingWindow(kernel: kernel)
  }
}

extension AveragePoolSettings: PoolingSettings {
  static let name = "average-pool"
  static let doc = "the mean of each window"
  static let shortKey: String? = "kernel"

  init() { self.init(kernel: Window.Extent(1)) }

  static let fields: [Field<Self>] = poolingFields
}
