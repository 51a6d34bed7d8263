import Layers
import Tensors

/// DenseNet-121: each layer of a block takes the outputs of all before it, side by side. Huang, Liu, van der Maaten & Weinberger
/// 2017. Named as in torchvision: `features.denseblock1.denselayer1.conv1`, ..., `classifier`.
public struct DenseNet121Entry: NetworkEntry {
  /// The number of outputs.
  public var classes = LinearEntry.Outputs.classes
  /// How the network begins.
  public var stem = NetworkStem.imagenet
  /// The channels that each layer of a block adds.
  public var growthRate = 32

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "densenet121", "the densely connected network of 121 layers (Huang et al. 2017)", example: "classes: 10",
    keys: [
      .classes(\.classes),
      RecipeKey(
        "stem", \.stem, .choice,
        "how it begins: imagenet, with a 7×7 convolution and a pooling; cifar, with a 3×3 convolution, for small images"
      ),
      RecipeKey(
        "growthRate", \.growthRate, .number(.from(1, through: 4096)), "the channels that each layer of a block adds"),
    ])

  /// A photograph.
  public static let usualInput = Shape.photograph

  private static let blocks = [6, 12, 24, 16]

  /// The stem, four blocks with a transition behind each but the last, and a linear layer.
  public var layers: [any LayerEntry] {
    // The paper starts with twice the growth rate, and torchvision draws these weights fit for the forward pass.
    var channels = 2 * growthRate
    let first =
      stem == .cifar
      ? dense("features.conv0", channels, 3) : dense("features.conv0", channels, 7, stride: 2)
    var layers: [any LayerEntry] = [first, batchNorm("features.norm0"), ReLUEntry()]
    if stem == .imagenet { layers.append(maxPool(3, stride: 2, padding: 1)) }
    for (block, count) in Self.blocks.enumerated() {
      layers.append(sequential("features.denseblock\(block + 1)", (1...count).map(denseLayer)))
      channels += count * growthRate
      guard block < Self.blocks.count - 1 else { continue }
      channels /= 2
      layers.append(
        sequential(
          "features.transition\(block + 1)",
          [
            batchNorm("norm"), ReLUEntry(), dense("conv", channels, 1), AveragePoolEntry(kernel: .init(2)),
          ]))
    }
    return layers + [batchNorm("features.norm5"), ReLUEntry(), GlobalAveragePoolEntry(), linear("classifier", classes)]
  }

  private func denseLayer(_ number: Int) -> any LayerEntry {
    branches(
      "denselayer\(number)", .concat,
      [
        [],
        [
          batchNorm("norm1"), ReLUEntry(), dense("conv1", 4 * growthRate, 1), batchNorm("norm2"), ReLUEntry(),
          dense("conv2", growthRate, 3),
        ],
      ])
  }

  private func dense(_ name: String, _ outputs: Int, _ kernel: Int, stride: Int = 1) -> Conv2dEntry {
    convolution(name, outputs, kernel, stride: stride, initialization: KaimingNormalEntry())
  }
}
