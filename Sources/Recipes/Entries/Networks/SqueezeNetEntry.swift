import Layers
import Tensors

/// SqueezeNet 1.1: modules that squeeze the channels by a 1×1 convolution and expand them by one of 1×1 and one of 3×3, side by side.
/// Iandola et al. 2016. Named as in torchvision: `features.3.squeeze`, ..., `classifier.1`.
public struct SqueezeNetEntry: NetworkEntry {
  /// The number of outputs.
  public var classes = LinearEntry.Outputs.classes
  /// The probability of dropout before the last convolution.
  public var dropout = 0.5

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "squeezenet1-1", "1×1 convolutions that squeeze the channels and expand them again (Iandola et al. 2016)",
    example: "classes: 10",
    keys: [.classes(\.classes), .dropout(\.dropout, "before the last convolution")])

  /// A photograph.
  public static let usualInput = Shape.photograph

  /// A convolution, eight modules with poolings between, and a convolution whose channels are the classes.
  public var layers: [any LayerEntry] {
    let pool = { () -> MaxPoolEntry in
      var pool = maxPool(3, stride: 2)
      pool.window.ceilMode = true
      return pool
    }
    let features: [any LayerEntry] = [
      drawn(nil, .number(64), 3, stride: 2), ReLUEntry(), pool(), fire(16, 64), fire(16, 64), pool(), fire(32, 128),
      fire(32, 128), pool(), fire(48, 192), fire(48, 192), fire(64, 256), fire(64, 256),
    ]
    let normal = NormalEntry(deviation: 0.01)
    var last = drawn(nil, classes, 1)
    last.initialization = normal
    return [
      sequential("features", features),
      sequential("classifier", [Recipes.dropout(dropout), last, ReLUEntry(), GlobalAveragePoolEntry()]),
    ]
  }

  private func fire(_ squeezed: Int, _ expanded: Int) -> any LayerEntry {
    sequential(
      nil,
      [
        drawn("squeeze", .number(squeezed), 1), ReLUEntry(),
        branches(
          "", .concat,
          [
            [drawn("expand1x1", .number(expanded), 1), ReLUEntry()],
            [drawn("expand3x3", .number(expanded), 3, padding: 1), ReLUEntry()],
          ]),
      ])
  }

  private func drawn(
    _ name: String?, _ outputs: LinearEntry.Outputs, _ kernel: Int, stride: Int = 1, padding: Int = 0
  ) -> Conv2dEntry {
    var entry = convolution(
      name, 0, kernel, stride: stride, padding: padding, bias: true, initialization: KaimingUniformEntry())
    entry.outputs = outputs
    return entry
  }
}
