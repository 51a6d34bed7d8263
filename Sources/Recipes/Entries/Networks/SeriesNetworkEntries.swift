import Layers
import Tensors

/// A fully convolutional network for series: three convolutions with batch normalization, and the mean over the steps. Wang, Yan &
/// Oates 2017.
public struct FCNEntry: NetworkEntry {
  /// The number of outputs.
  public var classes = LinearEntry.Outputs.classes

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "fcn", "the fully convolutional network for series (Wang, Yan and Oates 2017)", example: "classes: 4",
    keys: [.classes(\.classes)])

  /// A series.
  public static let usualInput = Shape.series

  /// Convolutions of 8, 5 and 3 steps, the mean, and a linear layer.
  public var layers: [any LayerEntry] { Self.features + [GlobalAveragePoolEntry(), linear(nil, classes)] }

  /// The convolutions.
  static var features: [any LayerEntry] {
    [(128, 8), (256, 5), (128, 3)].flatMap { outputs, kernel in
      [stepConvolution(outputs, kernel), batchNorm(), ReLUEntry()] as [any LayerEntry]
    }
  }
}

/// A residual network for series: three blocks of three convolutions. Wang, Yan & Oates 2017.
public struct ResNet1dEntry: NetworkEntry {
  /// The number of outputs.
  public var classes = LinearEntry.Outputs.classes
  /// The channels of the first block; the other two have twice as many.
  public var width = 64

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "resnet-1d", "the residual network for series (Wang, Yan and Oates 2017)", example: "width: 32",
    keys: [
      .classes(\.classes),
      RecipeKey("width", \.width, .number(.from(1, through: 4096)), "the channels of the first block"),
    ])

  /// A series.
  public static let usualInput = Shape.series

  /// The blocks, the mean, and a linear layer.
  public var layers: [any LayerEntry] {
    let blocks: [any LayerEntry] = [width, 2 * width, 2 * width].enumerated().flatMap { number, outputs in
      let body: [any LayerEntry] = [
        stepConvolution(outputs, 8), batchNorm(), ReLUEntry(), stepConvolution(outputs, 5), batchNorm(), ReLUEntry(),
        stepConvolution(outputs, 3), batchNorm(),
      ]
      // The last block keeps the number of channels.
      let shortcut: [any LayerEntry] = number == 2 ? [batchNorm()] : [stepConvolution(outputs, 1), batchNorm()]
      return [residual(nil, body, shortcut: shortcut), ReLUEntry()] as [any LayerEntry]
    }
    return blocks + [GlobalAveragePoolEntry(), linear(nil, classes)]
  }
}

/// InceptionTime: convolutions of several lengths side by side, with a residual connection around each three. Ismail Fawaz et al.
/// 2020, one network of the ensemble. There the first module has a bottleneck only if the series has more channels than that;
/// here it never has one.
public struct InceptionTimeEntry: NetworkEntry {
  /// The number of outputs.
  public var classes = LinearEntry.Outputs.classes
  /// The number of modules.
  public var depth = 6
  /// The channels of each convolution and of the bottlenecks.
  public var filters = 32
  /// The steps of the longest kernel; the others have a half and a quarter of it.
  public var kernel = 40

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "inception-time", "convolutions of several lengths side by side, for series (Ismail Fawaz et al. 2020)",
    example: "depth: 3, kernel: 20",
    keys: [
      .classes(\.classes),
      RecipeKey("depth", \.depth, .number(.from(1, through: 1000)), "the number of modules"),
      RecipeKey("filters", \.filters, .number(.from(1, through: 4096)), "the channels of each convolution"),
      RecipeKey(
        "kernel", \.kernel, .number(.from(4, through: 100_000)),
        "the steps of the longest kernel; the others have a half and a quarter of it"),
    ])

  /// A series.
  public static let usualInput = Shape.series

  /// The modules, the mean, and a linear layer.
  public var layers: [any LayerEntry] {
    var layers: [any LayerEntry] = []
    var modules: [any LayerEntry] = []
    for number in 0..<depth {
      modules += module(hasBottleneck: number > 0)
      guard number % 3 == 2 else { continue }
      layers += [
        residual(nil, modules, shortcut: [stepConvolution(4 * filters, 1, bias: false), batchNorm()]), ReLUEntry(),
      ]
      modules = []
    }
    return layers + modules + [GlobalAveragePoolEntry(), linear(nil, classes)]
  }

  private func module(hasBottleneck: Bool) -> [any LayerEntry] {
    let sides = branches(
      nil, .concat, [kernel, kernel / 2, kernel / 4].map { [stepConvolution(filters, $0, bias: false)] })
    let pooled: [any LayerEntry] = [maxPool(3, stride: 1, padding: 1), stepConvolution(filters, 1, bias: false)]
    let bottleneck: [any LayerEntry] = hasBottleneck ? [stepConvolution(filters, 1, bias: false)] : []
    return [branches(nil, .concat, [bottleneck + [sides], pooled]), batchNorm(), ReLUEntry()]
  }
}

/// LSTM-FCN: an LSTM beside the fully convolutional network. Karim, Majumdar, Darabi & Chen 2018, who let the LSTM read a series of
/// one channel as one step of many features; here it reads it step by step.
public struct LSTMFCNEntry: NetworkEntry {
  /// The number of outputs.
  public var classes = LinearEntry.Outputs.classes
  /// The units of the LSTM.
  public var hiddenSize = 8
  /// The probability of dropout behind the LSTM.
  public var dropout = 0.8

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "lstm-fcn", "an LSTM beside the fully convolutional network, for series (Karim et al. 2018)",
    example: "hiddenSize: 64",
    keys: [
      .classes(\.classes),
      RecipeKey("hiddenSize", \.hiddenSize, .number(.size), "the units of the LSTM"),
      .dropout(\.dropout, "behind the LSTM"),
    ])

  /// A series.
  public static let usualInput = Shape.series

  /// Both paths, and a linear layer.
  public var layers: [any LayerEntry] {
    var lstm = LSTMEntry()
    lstm.recurrence.hiddenSize = hiddenSize
    return [
      branches(
        nil, .concat, [[lstm, Recipes.dropout(dropout)], FCNEntry.features + [GlobalAveragePoolEntry()]]),
      linear(nil, classes),
    ]
  }
}

/// A temporal convolutional network: residual blocks of causal convolutions, each dilated twice as far as the one before. Bai, Kolter
/// & Koltun 2018, without their weight normalization; they classify from the last step, here from the mean over all.
public struct TCNEntry: NetworkEntry {
  /// The number of outputs.
  public var classes = LinearEntry.Outputs.classes
  /// The channels of each block.
  public var channels = 25
  /// The number of blocks.
  public var levels = 8
  /// The steps of each kernel.
  public var kernel = 7
  /// The probability of dropout in the blocks.
  public var dropout = 0.05

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "tcn", "causal convolutions whose dilation doubles from block to block, for series (Bai, Kolter and Koltun 2018)",
    example: "channels: 32, levels: 6",
    keys: [
      .classes(\.classes),
      RecipeKey("channels", \.channels, .number(.from(1, through: 4096)), "the channels of each block"),
      RecipeKey("levels", \.levels, .number(.from(1, through: 20)), "the number of blocks"),
      RecipeKey("kernel", \.kernel, .number(.from(1, through: 1000)), "the steps of each kernel"),
      .dropout(\.dropout, "behind each convolution"),
    ])

  /// A series.
  public static let usualInput = Shape.series

  /// The blocks, the mean, and a linear layer.
  public var layers: [any LayerEntry] {
    let blocks: [any LayerEntry] = (0..<levels).flatMap { level in
      var convolution = Conv1dEntry(outputs: channels, kernel: kernel)
      (convolution.padding, convolution.dilation) = (.causal, 1 << level)
      let half: [any LayerEntry] = [convolution, ReLUEntry(), Recipes.dropout(dropout)]
      let shortcut: [any LayerEntry]? = level == 0 ? [stepConvolution(channels, 1)] : nil
      return [residual(nil, half + half, shortcut: shortcut), ReLUEntry()] as [any LayerEntry]
    }
    return blocks + [GlobalAveragePoolEntry(), linear(nil, classes)]
  }
}
