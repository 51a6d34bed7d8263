import Layers
import Tensors

/// MobileNetV2: inverted residuals, whose 3×3 convolutions see one channel each. Sandler, Howard, Zhu, Zhmoginov & Chen 2018. Named as
/// in torchvision: `features.1.conv.0.0`, ..., `classifier.1`.
public struct MobileNetV2Entry: NetworkEntry {
  /// The number of outputs.
  public var classes = LinearEntry.Outputs.classes
  /// The factor of all channels.
  public var width = 1.0
  /// The probability of dropout before the linear layer.
  public var dropout = 0.2

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "mobilenet-v2", "inverted residuals of depthwise convolutions (Sandler et al. 2018)", example: "width: 0.5",
    keys: [
      .classes(\.classes),
      RecipeKey("width", \.width, .number(.from(0.01, through: 100)), "the factor of all channels"),
      .dropout(\.dropout, "before the linear layer"),
    ])

  /// A photograph.
  public static let usualInput = Shape.photograph

  /// For each stage the expansion, the channels, the number of blocks and the first one's stride.
  private static let stages = [
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
  ]

  /// The blocks, the mean, and a linear layer.
  public var layers: [any LayerEntry] {
    var channels = divisibleByEight(32 * width)
    var features: [any LayerEntry] = [
      sequential(nil, [convolution(nil, channels, 3, stride: 2), batchNorm(), ReLU6Entry()])
    ]
    for (expansion, base, count, stride) in Self.stages {
      let outputs = divisibleByEight(Double(base) * width)
      for number in 0..<count {
        features.append(
          block(inputs: channels, outputs: outputs, expansion: expansion, stride: number == 0 ? stride : 1))
        channels = outputs
      }
    }
    let last = divisibleByEight(1280 * max(1, width))
    features.append(sequential(nil, [convolution(nil, last, 1), batchNorm(), ReLU6Entry()]))
    return [
      sequential("features", features), GlobalAveragePoolEntry(),
      sequential(
        "classifier", [Recipes.dropout(dropout), linear(nil, classes, initialization: NormalEntry(deviation: 0.01))]),
    ]
  }

  private func block(inputs: Int, outputs: Int, expansion: Int, stride: Int) -> any LayerEntry {
    let hidden = inputs * expansion
    var layers: [any LayerEntry] = []
    if expansion > 1 { layers += [convolution("conv.0.0", hidden, 1), batchNorm("conv.0.1"), ReLU6Entry()] }
    let place = expansion > 1 ? 1 : 0
    layers += [
      convolution("conv.\(place).0", hidden, 3, stride: stride, groups: hidden), batchNorm("conv.\(place).1"),
      ReLU6Entry(), convolution("conv.\(place + 1)", outputs, 1), batchNorm("conv.\(place + 2)"),
    ]
    return stride == 1 && inputs == outputs ? residual(nil, layers) : sequential(nil, layers)
  }
}

/// The options of the third MobileNets.
public struct MobileNetV3Options: Equatable, Sendable {
  /// The number of outputs.
  public var classes = LinearEntry.Outputs.classes
  /// The factor of all channels.
  public var width = 1.0
  /// The probability of dropout before the last layer.
  public var dropout = 0.2

  /// Every option at its default.
  public init() {}
}

/// MobileNetV3: inverted residuals with squeeze-and-excitation. Howard et al. 2019. Named as in torchvision: `features.1.block.0.0`,
/// ..., `classifier.3`.
public protocol MobileNetV3Entry: NetworkEntry {
  /// The options.
  var options: MobileNetV3Options { get set }
  /// The blocks.
  static var blocks: [MobileNetV3Block] { get }
  /// The units of the hidden linear layer.
  static var hiddenUnits: Int { get }
}

/// A block of MobileNetV3.
public struct MobileNetV3Block: Sendable {
  let kernel, hidden, outputs: Int
  let hasGates, usesHardswish: Bool
  let stride: Int

  init(_ kernel: Int, _ hidden: Int, _ outputs: Int, _ hasGates: Bool, _ usesHardswish: Bool, _ stride: Int) {
    (self.kernel, self.hidden, self.outputs) = (kernel, hidden, outputs)
    (self.hasGates, self.usesHardswish, self.stride) = (hasGates, usesHardswish, stride)
  }
}

extension MobileNetV3Entry {
  /// A photograph.
  public static var usualInput: Shape { .photograph }

  /// The form of a third MobileNet.
  static func mobileNetForm(_ name: String, _ doc: String) -> RecipeForm<Self> {
    RecipeForm(
      name, doc, example: "width: 0.75",
      keys: [
        .classes(\Self.options.classes),
        RecipeKey("width", \Self.options.width, .number(.from(0.01, through: 100)), "the factor of all channels"),
        .dropout(\Self.options.dropout, "before the last layer"),
      ])
  }

  /// The blocks, the mean, and two linear layers.
  public var layers: [any LayerEntry] {
    func scaled(_ channels: Int) -> Int { divisibleByEight(Double(channels) * options.width) }
    func norm(_ name: String? = nil) -> BatchNormEntry { batchNorm(name, epsilon: 0.001, momentum: 0.01) }
    var channels = scaled(16)
    var features: [any LayerEntry] = [
      sequential(nil, [convolution(nil, channels, 3, stride: 2), norm(), HardswishEntry()])
    ]
    for block in Self.blocks {
      let (hidden, outputs) = (scaled(block.hidden), scaled(block.outputs))
      let activation: any LayerEntry = block.usesHardswish ? HardswishEntry() : ReLUEntry()
      var layers: [any LayerEntry] = []
      var place = 0
      if hidden != channels {
        layers += [convolution("block.0.0", hidden, 1), norm("block.0.1"), activation]
        place += 1
      }
      layers += [
        convolution("block.\(place).0", hidden, block.kernel, stride: block.stride, groups: hidden),
        norm("block.\(place).1"), activation,
      ]
      place += 1
      if block.hasGates {
        layers.append(
          squeezeAndExcitation(
            "block.\(place)", channels: hidden, squeezed: divisibleByEight(Double(hidden / 4)), ReLUEntry(),
            HardsigmoidEntry()))
        place += 1
      }
      layers += [convolution("block.\(place).0", outputs, 1), norm("block.\(place).1")]
      let keepsShape = block.stride == 1 && channels == outputs
      features.append(keepsShape ? residual(nil, layers) : sequential(nil, layers))
      channels = outputs
    }
    features.append(sequential(nil, [convolution(nil, 6 * channels, 1), norm(), HardswishEntry()]))
    let drawn = NormalEntry(deviation: 0.01)
    return [
      sequential("features", features), GlobalAveragePoolEntry(),
      sequential(
        "classifier",
        [
          linear(nil, .number(scaled(Self.hiddenUnits)), initialization: drawn), HardswishEntry(),
          Recipes.dropout(options.dropout), linear(nil, options.classes, initialization: drawn),
        ]),
    ]
  }
}

/// The small one.
public struct MobileNetV3SmallEntry: MobileNetV3Entry {
  /// The options.
  public var options = MobileNetV3Options()
  /// The blocks.
  public static let blocks = [
    MobileNetV3Block(3, 16, 16, true, false, 2), .init(3, 72, 24, false, false, 2), .init(3, 88, 24, false, false, 1),
    .init(5, 96, 40, true, true, 2), .init(5, 240, 40, true, true, 1), .init(5, 240, 40, true, true, 1),
    .init(5, 120, 48, true, true, 1), .init(5, 144, 48, true, true, 1), .init(5, 288, 96, true, true, 2),
    .init(5, 576, 96, true, true, 1), .init(5, 576, 96, true, true, 1),
  ]
  /// The units of the hidden linear layer.
  public static let hiddenUnits = 1024

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = mobileNetForm(
    "mobilenet-v3-small", "inverted residuals with squeeze-and-excitation, the small one (Howard et al. 2019)")
}

/// The large one.
public struct MobileNetV3LargeEntry: MobileNetV3Entry {
  /// The options.
  public var options = MobileNetV3Options()
  /// The blocks.
  public static let blocks = [
    MobileNetV3Block(3, 16, 16, false, false, 1), .init(3, 64, 24, false, false, 2), .init(3, 72, 24, false, false, 1),
    .init(5, 72, 40, true, false, 2), .init(5, 120, 40, true, false, 1), .init(5, 120, 40, true, false, 1),
    .init(3, 240, 80, false, true, 2), .init(3, 200, 80, false, true, 1), .init(3, 184, 80, false, true, 1),
    .init(3, 184, 80, false, true, 1), .init(3, 480, 112, true, true, 1), .init(3, 672, 112, true, true, 1),
    .init(5, 672, 160, true, true, 2), .init(5, 960, 160, true, true, 1), .init(5, 960, 160, true, true, 1),
  ]
  /// The units of the hidden linear layer.
  public static let hiddenUnits = 1280

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = mobileNetForm(
    "mobilenet-v3-large", "inverted residuals with squeeze-and-excitation, the large one (Howard et al. 2019)")
}
