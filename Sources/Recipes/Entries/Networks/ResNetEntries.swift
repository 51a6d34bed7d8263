import Layers
import Tensors

/// The options of residual networks.
public struct ResNetOptions: Equatable, Sendable {
  /// The number of outputs.
  public var classes = LinearEntry.Outputs.classes
  /// How the network begins.
  public var stem = NetworkStem.imagenet
  /// The channels of the first stage; each later stage has twice as many as the one before.
  public var width = 64

  /// Every option at its default.
  public init() {}
}

/// A residual network, named as in torchvision: `conv1`, `bn1`, `layer1.0.conv1`, ..., `fc`. He, Zhang, Ren & Sun 2016.
public protocol ResNetEntry: NetworkEntry {
  /// The options.
  var options: ResNetOptions { get set }
  /// The blocks of each stage.
  static var blocks: [Int] { get }
  /// The block.
  static var block: ResNetBlock { get }
}

/// A block of residual networks.
public enum ResNetBlock: Equatable, Sendable {
  /// Two 3×3 convolutions.
  case basic
  /// A 1×1 convolution, one of 3×3 in groups, and one of 1×1 with four times the stage's channels. In a stage of 64 channels a
  /// group has `groupWidth`.
  case bottleneck(groups: Int, groupWidth: Int)
}

extension ResNetEntry {
  /// A photograph.
  public static var usualInput: Shape { .photograph }

  /// The form of a residual network.
  static func resNetForm(_ name: String, _ doc: String) -> RecipeForm<Self> {
    RecipeForm(
      name, doc, example: "classes: 10, stem: cifar",
      keys: [
        .classes(\Self.options.classes),
        RecipeKey(
          "stem", \Self.options.stem, .choice,
          "how it begins: imagenet, with a 7×7 convolution and a pooling; cifar, with a 3×3 convolution, for small images"
        ),
        RecipeKey("width", \Self.options.width, .number(.from(1, through: 4096)), "the channels of the first stage"),
      ])
  }

  /// Checks that each group of the 3×3 convolutions has a channel.
  public func check(_ section: RecipeSection) throws {
    guard case .bottleneck(let groups, let groupWidth) = Self.block, options.width * groupWidth < 64 else { return }
    throw section.conflict(
      of: ["width"],
      "\(section.naming("width", options.width)), too few channels for \(groups) groups of 3×3 convolutions",
      advice: "write \(64 / groupWidth) or more; a group has width / \(64 / groupWidth) channels")
  }

  /// The stem, four stages, and a linear layer.
  public var layers: [any LayerEntry] {
    let first =
      options.stem == .cifar
      ? convolution("conv1", options.width, 3) : convolution("conv1", options.width, 7, stride: 2)
    var layers: [any LayerEntry] = [first, batchNorm("bn1"), ReLUEntry()]
    if options.stem == .imagenet { layers.append(maxPool(3, stride: 2, padding: 1)) }
    var inputs = options.width
    for (stage, count) in Self.blocks.enumerated() {
      var blocks: [any LayerEntry] = []
      for number in 0..<count {
        let stride = stage > 0 && number == 0 ? 2 : 1
        let (body, outputs) = body(channels: options.width << stage, stride: stride)
        let keepsShape = stride == 1 && inputs == outputs
        blocks.append(
          residual(
            "\(number)", body,
            shortcut: keepsShape
              ? nil : [convolution("downsample.0", outputs, 1, stride: stride), batchNorm("downsample.1")]))
        blocks.append(ReLUEntry())
        inputs = outputs
      }
      layers.append(sequential("layer\(stage + 1)", blocks))
    }
    return layers + [GlobalAveragePoolEntry(), linear("fc", options.classes)]
  }

  private func body(channels: Int, stride: Int) -> (layers: [any LayerEntry], outputs: Int) {
    switch Self.block {
    case .basic:
      return (
        [
          convolution("conv1", channels, 3, stride: stride), batchNorm("bn1"), ReLUEntry(),
          convolution("conv2", channels, 3), batchNorm("bn2"),
        ], channels
      )
    case .bottleneck(let groups, let groupWidth):
      let inner = channels * groupWidth / 64 * groups
      return (
        [
          convolution("conv1", inner, 1), batchNorm("bn1"), ReLUEntry(),
          convolution("conv2", inner, 3, stride: stride, groups: groups), batchNorm("bn2"), ReLUEntry(),
          convolution("conv3", 4 * channels, 1), batchNorm("bn3"),
        ], 4 * channels
      )
    }
  }
}

/// The residual network of 18 layers (He et al. 2016).
public struct ResNet18Entry: ResNetEntry {
  /// The options.
  public var options = ResNetOptions()
  /// The blocks of each stage.
  public static let blocks = [2, 2, 2, 2]
  /// The block.
  public static let block = ResNetBlock.basic

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = resNetForm("resnet18", "the residual network of 18 layers (He et al. 2016)")
}

/// The residual network of 34 layers (He et al. 2016).
public struct ResNet34Entry: ResNetEntry {
  /// The options.
  public var options = ResNetOptions()
  /// The blocks of each stage.
  public static let blocks = [3, 4, 6, 3]
  /// The block.
  public static let block = ResNetBlock.basic

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = resNetForm("resnet34", "the residual network of 34 layers (He et al. 2016)")
}

/// The residual network of 50 layers (He et al. 2016).
public struct ResNet50Entry: ResNetEntry {
  /// The options.
  public var options = ResNetOptions()
  /// The blocks of each stage.
  public static let blocks = [3, 4, 6, 3]
  /// The block.
  public static let block = ResNetBlock.bottleneck(groups: 1, groupWidth: 64)

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = resNetForm("resnet50", "the residual network of 50 layers (He et al. 2016)")
}

/// The residual network of 101 layers (He et al. 2016).
public struct ResNet101Entry: ResNetEntry {
  /// The options.
  public var options = ResNetOptions()
  /// The blocks of each stage.
  public static let blocks = [3, 4, 23, 3]
  /// The block.
  public static let block = ResNetBlock.bottleneck(groups: 1, groupWidth: 64)

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = resNetForm("resnet101", "the residual network of 101 layers (He et al. 2016)")
}

/// Resnet50 with 3×3 convolutions in 32 groups, ResNeXt-50 32×4d (Xie et al. 2017).
public struct ResNeXt50Entry: ResNetEntry {
  /// The options.
  public var options = ResNetOptions()
  /// The blocks of each stage.
  public static let blocks = [3, 4, 6, 3]
  /// The block.
  public static let block = ResNetBlock.bottleneck(groups: 32, groupWidth: 4)

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = resNetForm(
    "resnext50", "resnet50 with 3×3 convolutions in 32 groups, ResNeXt-50 32×4d (Xie et al. 2017)")
}

/// Resnet50 with twice as many channels in its 3×3 convolutions (Zagoruyko and Komodakis 2016).
public struct WideResNet50Entry: ResNetEntry {
  /// The options.
  public var options = ResNetOptions()
  /// The blocks of each stage.
  public static let blocks = [3, 4, 6, 3]
  /// The block.
  public static let block = ResNetBlock.bottleneck(groups: 1, groupWidth: 128)

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = resNetForm(
    "wide-resnet50", "resnet50 with twice as many channels in its 3×3 convolutions (Zagoruyko and Komodakis 2016)")
}
