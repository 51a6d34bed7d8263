import Layers
import Tensors

/// AlexNet: five convolutions and three linear layers, named as in torchvision: `features.0`, ..., `classifier.6`. Krizhevsky 2014,
/// the version for one processor.
public struct AlexNetEntry: NetworkEntry {
  /// The number of outputs.
  public var classes = LinearEntry.Outputs.classes
  /// The probability of dropout before the first two linear layers.
  public var dropout = 0.5

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "alexnet", "five convolutions and three linear layers (Krizhevsky 2014)", example: "classes: 10",
    keys: [.classes(\.classes), .dropout(\.dropout, "before the first two linear layers")])

  /// A photograph.
  public static let usualInput = Shape.photograph

  /// The convolutions and the linear layers.
  public var layers: [any LayerEntry] {
    let features: [any LayerEntry] = [
      plain(64, 11, stride: 4, padding: 2), ReLUEntry(), maxPool(3, stride: 2), plain(192, 5), ReLUEntry(),
      maxPool(3, stride: 2), plain(384, 3), ReLUEntry(), plain(256, 3), ReLUEntry(), plain(256, 3), ReLUEntry(),
      maxPool(3, stride: 2),
    ]
    let hidden: [any LayerEntry] = [Recipes.dropout(dropout), linear(nil, .number(4096)), ReLUEntry()]
    return [
      sequential("features", features), AdaptiveAveragePoolEntry(size: .init(6)), FlattenEntry(),
      sequential("classifier", hidden + hidden + [linear(nil, classes)]),
    ]
  }

  private func plain(_ outputs: Int, _ kernel: Int, stride: Int = 1, padding: Int? = nil) -> Conv2dEntry {
    convolution(nil, outputs, kernel, stride: stride, padding: padding, bias: true, initialization: nil)
  }
}
