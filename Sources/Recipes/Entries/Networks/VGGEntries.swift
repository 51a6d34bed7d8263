import Layers
import Tensors

/// The options of VGG networks.
public struct VGGOptions: Equatable, Sendable {
  /// The number of outputs.
  public var classes = LinearEntry.Outputs.classes
  /// The probability of dropout between the linear layers.
  public var dropout = 0.5

  /// Every option at its default.
  public init() {}
}

/// A network of 3×3 convolutions and three linear layers, named as in torchvision: `features.0`, ..., `classifier.6`. Simonyan &
/// Zisserman 2015.
public protocol VGGEntry: NetworkEntry {
  /// The options.
  var options: VGGOptions { get set }
  /// The convolutions of each stage.
  static var convolutions: [Int] { get }
  /// Whether batch normalization follows each convolution.
  static var hasBatchNorm: Bool { get }
}

extension VGGEntry {
  /// A photograph.
  public static var usualInput: Shape { .photograph }

  /// The form of a VGG network.
  static func vggForm(_ name: String, _ doc: String) -> RecipeForm<Self> {
    RecipeForm(
      name, doc, example: "classes: 10",
      keys: [.classes(\Self.options.classes), .dropout(\Self.options.dropout, "between the linear layers")])
  }

  /// Five stages of convolutions with a pooling behind each, and three linear layers.
  public var layers: [any LayerEntry] {
    var features: [any LayerEntry] = []
    for (stage, count) in Self.convolutions.enumerated() {
      for _ in 0..<count {
        features.append(convolution(nil, min(64 << stage, 512), 3, bias: true))
        if Self.hasBatchNorm { features.append(batchNorm()) }
        features.append(ReLUEntry())
      }
      features.append(maxPool(2, stride: 2))
    }
    let drawn = NormalEntry(deviation: 0.01)
    func hidden() -> [any LayerEntry] {
      [linear(nil, .number(4096), initialization: drawn), ReLUEntry(), dropout(options.dropout)]
    }
    return [
      sequential("features", features), AdaptiveAveragePoolEntry(size: .init(7)), FlattenEntry(),
      sequential("classifier", hidden() + hidden() + [linear(nil, options.classes, initialization: drawn)]),
    ]
  }
}

/// The network of 11 layers of 3×3 convolutions (Simonyan and Zisserman 2015).
public struct VGG11Entry: VGGEntry {
  /// The options.
  public var options = VGGOptions()
  /// The convolutions of each stage.
  public static let convolutions = [1, 1, 2, 2, 2]
  /// Whether batch normalization follows each convolution.
  public static let hasBatchNorm = false

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = vggForm(
    "vgg11", "the network of 11 layers of 3×3 convolutions (Simonyan and Zisserman 2015)")
}

/// The network of 11 layers of 3×3 convolutions, with batch normalization (Simonyan and Zisserman 2015).
public struct VGG11BatchNormEntry: VGGEntry {
  /// The options.
  public var options = VGGOptions()
  /// The convolutions of each stage.
  public static let convolutions = [1, 1, 2, 2, 2]
  /// Whether batch normalization follows each convolution.
  public static let hasBatchNorm = true

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = vggForm(
    "vgg11-bn", "the network of 11 layers of 3×3 convolutions, with batch normalization (Simonyan and Zisserman 2015)")
}

/// The network of 13 layers of 3×3 convolutions (Simonyan and Zisserman 2015).
public struct VGG13Entry: VGGEntry {
  /// The options.
  public var options = VGGOptions()
  /// The convolutions of each stage.
  public static let convolutions = [2, 2, 2, 2, 2]
  /// Whether batch normalization follows each convolution.
  public static let hasBatchNorm = false

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = vggForm(
    "vgg13", "the network of 13 layers of 3×3 convolutions (Simonyan and Zisserman 2015)")
}

/// The network of 13 layers of 3×3 convolutions, with batch normalization (Simonyan and Zisserman 2015).
public struct VGG13BatchNormEntry: VGGEntry {
  /// The options.
  public var options = VGGOptions()
  /// The convolutions of each stage.
  public static let convolutions = [2, 2, 2, 2, 2]
  /// Whether batch normalization follows each convolution.
  public static let hasBatchNorm = true

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = vggForm(
    "vgg13-bn", "the network of 13 layers of 3×3 convolutions, with batch normalization (Simonyan and Zisserman 2015)")
}

/// The network of 16 layers of 3×3 convolutions (Simonyan and Zisserman 2015).
public struct VGG16Entry: VGGEntry {
  /// The options.
  public var options = VGGOptions()
  /// The convolutions of each stage.
  public static let convolutions = [2, 2, 3, 3, 3]
  /// Whether batch normalization follows each convolution.
  public static let hasBatchNorm = false

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = vggForm(
    "vgg16", "the network of 16 layers of 3×3 convolutions (Simonyan and Zisserman 2015)")
}

/// The network of 16 layers of 3×3 convolutions, with batch normalization (Simonyan and Zisserman 2015).
public struct VGG16BatchNormEntry: VGGEntry {
  /// The options.
  public var options = VGGOptions()
  /// The convolutions of each stage.
  public static let convolutions = [2, 2, 3, 3, 3]
  /// Whether batch normalization follows each convolution.
  public static let hasBatchNorm = true

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = vggForm(
    "vgg16-bn", "the network of 16 layers of 3×3 convolutions, with batch normalization (Simonyan and Zisserman 2015)")
}

/// The network of 19 layers of 3×3 convolutions (Simonyan and Zisserman 2015).
public struct VGG19Entry: VGGEntry {
  /// The options.
  public var options = VGGOptions()
  /// The convolutions of each stage.
  public static let convolutions = [2, 2, 4, 4, 4]
  /// Whether batch normalization follows each convolution.
  public static let hasBatchNorm = false

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = vggForm(
    "vgg19", "the network of 19 layers of 3×3 convolutions (Simonyan and Zisserman 2015)")
}

/// The network of 19 layers of 3×3 convolutions, with batch normalization (Simonyan and Zisserman 2015).
public struct VGG19BatchNormEntry: VGGEntry {
  /// The options.
  public var options = VGGOptions()
  /// The convolutions of each stage.
  public static let convolutions = [2, 2, 4, 4, 4]
  /// Whether batch normalization follows each convolution.
  public static let hasBatchNorm = true

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = vggForm(
    "vgg19-bn", "the network of 19 layers of 3×3 convolutions, with batch normalization (Simonyan and Zisserman 2015)")
}
