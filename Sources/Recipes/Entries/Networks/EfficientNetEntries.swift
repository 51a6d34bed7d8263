import Layers
import Tensors

/// EfficientNet-B0: inverted residuals with squeeze-and-excitation, silu and stochastic depth. Tan & Le 2019. Named as in
/// torchvision: `features.1.0.block.0.0`, ..., `classifier.1`.
public struct EfficientNetB0Entry: NetworkEntry {
  /// The number of outputs.
  public var classes = LinearEntry.Outputs.classes
  /// The probability of dropout before the linear layer.
  public var dropout = 0.2
  /// The probability with which the last block is skipped; those of the blocks before rise to it from 0.
  public var dropPath = 0.2

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "efficientnet-b0", "inverted residuals with squeeze-and-excitation and stochastic depth (Tan and Le 2019)",
    example: "dropPath: 0",
    keys: [
      .classes(\.classes), .dropout(\.dropout, "before the linear layer"),
      RecipeKey(
        "dropPath", \.dropPath, .number(.from(0, below: 1)),
        "the probability with which the last block is skipped; those of the blocks before rise to it from 0"),
    ])

  /// A photograph.
  public static let usualInput = Shape.photograph

  /// For each stage the expansion, the kernel, the first block's stride, the channels, and the number of blocks.
  private static let stages = [
    (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
  ]

  /// The blocks, the mean, and a linear layer.
  public var layers: [any LayerEntry] {
    var channels = 32
    var features: [any LayerEntry] = [
      sequential(nil, [convolution(nil, channels, 3, stride: 2), batchNorm(), SiLUEntry()])
    ]
    let total = Self.stages.reduce(0) { $0 + $1.4 }
    var done = 0
    for (expansion, kernel, stride, outputs, count) in Self.stages {
      var blocks: [any LayerEntry] = []
      for number in 0..<count {
        let first = number == 0 ? stride : 1
        let path = dropPath * Double(done) / Double(total)
        let body = body(
          inputs: channels, outputs: outputs, expansion: expansion, kernel: kernel, stride: first)
        let keepsShape = first == 1 && channels == outputs
        let skipped: [any LayerEntry] = path > 0 ? [DropPathEntry(probability: path)] : []
        blocks.append(keepsShape ? residual(nil, body + skipped) : sequential(nil, body))
        channels = outputs
        done += 1
      }
      features.append(sequential(nil, blocks))
    }
    features.append(sequential(nil, [convolution(nil, 4 * channels, 1), batchNorm(), SiLUEntry()]))
    return [
      sequential("features", features), GlobalAveragePoolEntry(),
      sequential("classifier", [Recipes.dropout(dropout), linear(nil, classes)]),
    ]
  }

  private func body(inputs: Int, outputs: Int, expansion: Int, kernel: Int, stride: Int) -> [any LayerEntry] {
    let hidden = inputs * expansion
    var layers: [any LayerEntry] = []
    if expansion > 1 { layers += [convolution("block.0.0", hidden, 1), batchNorm("block.0.1"), SiLUEntry()] }
    let place = expansion > 1 ? 1 : 0
    return layers + [
      convolution("block.\(place).0", hidden, kernel, stride: stride, groups: hidden), batchNorm("block.\(place).1"),
      SiLUEntry(),
      squeezeAndExcitation(
        "block.\(place + 1)", channels: hidden, squeezed: max(1, inputs / 4), SiLUEntry(), SigmoidEntry()),
      convolution("block.\(place + 2).0", outputs, 1), batchNorm("block.\(place + 2).1"),
    ]
  }
}
