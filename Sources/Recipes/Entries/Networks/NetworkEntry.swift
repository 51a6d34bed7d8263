import Layers
import Tensors

/// A built-in network in recipes: the layers that a paper describes, under the names that other libraries give them.
public protocol NetworkEntry: RecipeEntry {
  /// A usual input, for which its size and operations are told.
  static var usualInput: Shape { get }

  /// The layers, from input to output.
  var layers: [any LayerEntry] { get }
}

extension EntryKind where Entry == any NetworkEntry {
  /// The kind of all networks.
  static var network: EntryKind { EntryKind("network", { $0.networks.map { $0 } }, { $0 }) }
}

extension ValueType where Value == any NetworkEntry {
  /// A network, by its name.
  static var network: ValueType { entry(.network, by: "name") }
}

extension Shape {
  /// A photograph as networks for ImageNet take it.
  static let photograph = Shape.image(height: 224, width: 224, channels: 3)
  /// A series of one channel.
  static let series = Shape.sequence(steps: 512, features: 1)
}

extension RecipeKey where Settings: NetworkEntry {
  /// The key `classes`.
  static func classes(_ property: any WritableKeyPath<Settings, LinearEntry.Outputs> & Sendable) -> RecipeKey {
    RecipeKey("classes", property, .outputs, "the number of outputs, or classes: one for each class of the data")
  }

  /// The key `dropout`.
  static func dropout(_ property: any WritableKeyPath<Settings, Double> & Sendable, _ place: String) -> RecipeKey {
    RecipeKey("dropout", property, .number(.from(0, below: 1)), "the probability of dropout \(place); 0 for none")
  }
}

/// How a network for images begins.
public enum NetworkStem: String, Choice {
  /// A 7×7 convolution and a pooling, which divide height and width by four: for photographs.
  case imagenet
  /// A 3×3 convolution that keeps height and width: for images of some 32×32 pixels.
  case cifar
}

// MARK: Layers in few words

/// A convolution of images without bias, which keeps height and width at a stride of 1; weights as torchvision draws them.
func convolution(
  _ name: String? = nil, _ outputs: Int, _ kernel: Int, stride: Int = 1, padding: Int? = nil, groups: Int = 1,
  bias: Bool = false, initialization: (any InitializationEntry)? = KaimingNormalEntry.fanOut
) -> Conv2dEntry {
  var entry = Conv2dEntry(outputs: outputs, kernel: .init(kernel))
  (entry.name, entry.stride, entry.padding) = (name, .init(stride), .zeros(.init(padding ?? kernel / 2)))
  (entry.groups, entry.bias, entry.initialization) = (groups, bias, initialization)
  return entry
}

/// A convolution of sequences that keeps the steps.
func stepConvolution(_ outputs: Int, _ kernel: Int, bias: Bool = true) -> Conv1dEntry {
  var entry = Conv1dEntry(outputs: outputs, kernel: kernel)
  (entry.padding, entry.bias) = (kernel == 1 ? .zeros(0) : .same, bias)
  return entry
}

/// Batch normalization.
func batchNorm(_ name: String? = nil, epsilon: Double = 1e-5, momentum: Double = 0.1) -> BatchNormEntry {
  var entry = BatchNormEntry()
  (entry.name, entry.epsilon, entry.momentum) = (name, epsilon, momentum)
  return entry
}

/// A fully connected layer.
func linear(
  _ name: String? = nil, _ outputs: LinearEntry.Outputs, initialization: (any InitializationEntry)? = nil
) -> LinearEntry {
  var entry = LinearEntry()
  (entry.name, entry.outputs, entry.initialization) = (name, outputs, initialization)
  return entry
}

/// Layers as one.
func sequential(_ name: String? = nil, _ layers: [any LayerEntry]) -> SequentialEntry {
  var entry = SequentialEntry(layers: layers)
  entry.name = name
  return entry
}

/// A residual connection.
func residual(
  _ name: String? = nil, _ body: [any LayerEntry], shortcut: [any LayerEntry]? = nil
) -> ResidualEntry {
  var entry = ResidualEntry(body: body)
  (entry.name, entry.shortcut) = (name, shortcut)
  return entry
}

/// Paths side by side.
func branches(_ name: String? = nil, _ join: Branches.Join, _ paths: [[any LayerEntry]]) -> BranchesEntry {
  var entry = BranchesEntry(join: join, paths: paths)
  entry.name = name
  return entry
}

/// Max pooling of images.
func maxPool(_ kernel: Int, stride: Int, padding: Int = 0) -> MaxPoolEntry {
  var entry = MaxPoolEntry(kernel: .init(kernel))
  (entry.window.stride, entry.window.padding) = (.init(stride), .init(padding))
  return entry
}

/// Dropout.
func dropout(_ probability: Double) -> DropoutEntry {
  var entry = DropoutEntry()
  entry.probability = probability
  return entry
}

extension KaimingNormalEntry {
  /// As torchvision draws convolutions' weights: fit for ReLU in the backward pass.
  static var fanOut: KaimingNormalEntry {
    var entry = KaimingNormalEntry()
    entry.fan = .fanOut
    return entry
  }
}

extension NormalEntry {
  /// Normal numbers around 0.
  init(deviation: Double) {
    self.init()
    self.deviation = deviation
  }
}
