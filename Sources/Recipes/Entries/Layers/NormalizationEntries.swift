import Diagnostics
import Layers

/// Group normalization (Wu and He 2018).
public struct GroupNormEntry: LayerEntry {
  /// The number of groups that the channels are divided into.
  public var groups: Int
  /// Added to the variance to avoid division by zero.
  public var epsilon = 1e-5
  /// Whether a weight and a bias for each channel are learned.
  public var affine = true
  /// The name that its parameters' names begin with; nil for its number.
  public var name: String?

  /// A layer with this many groups.
  public init(groups: Int) { self.groups = groups }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(groups: 1) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "group-norm", "normalization of each sample over groups of channels", example: "groups: 8", short: "groups",
    keys: [
      .moduleName(\.name),
      RecipeKey(
        "groups", \.groups, .number(.size), required: true, "the number of groups that the channels are divided into"),
      RecipeKey("epsilon", \.epsilon, .number(.above(0)), "added to the variance to avoid division by zero"),
      RecipeKey("affine", \.affine, .flag, "whether a weight and a bias for each channel are learned"),
    ])

  /// Checks that the groups have the same number of channels, and more than one value.
  public func checkInput(_ site: LayerSite) throws {
    let (input, channels) = (site.input, site.input.features)
    guard channels.isMultiple(of: groups) else {
      let fitting = (1...channels).filter { channels.isMultiple(of: $0) }.map(String.init)
      throw Failure(
        .configuration, "\(groups) groups do not divide the \(channels) channels of its input, \(input.text)",
        advice: "groups can be \(fitting.joined(separator: ", "))")
    }
    guard groups == 1 || input.flattenedFrom == nil else {
      throw Failure(
        .configuration, "cannot divide a flattened image into \(groups) groups of channels",
        advice: "put it before flatten, or write groups: 1")
    }
    guard input.count == groups else { return }
    throw Failure(
      .configuration,
      "needs at least 2 values in a group, but its input is \(input.text), which gives each of \(groups) "
        + "groups 1", advice: "choose fewer groups; normalizing one value leaves nothing of it")
  }

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    GroupNorm(input: site.input, groups: groups, epsilon: epsilon, affine: affine)
  }
}

/// Instance normalization (Ulyanov, Vedaldi and Lempitsky 2016).
public struct InstanceNormEntry: LayerEntry {
  /// Added to the variance to avoid division by zero.
  public var epsilon = 1e-5
  /// Whether a weight and a bias for each channel are learned.
  public var affine = false
  /// The name that its parameters' names begin with; nil for its number.
  public var name: String?

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "instance-norm", "normalization of each channel of each sample", example: "affine: true",
    keys: [
      .moduleName(\.name),
      RecipeKey("epsilon", \.epsilon, .number(.above(0)), "added to the variance to avoid division by zero"),
      RecipeKey("affine", \.affine, .flag, "whether a weight and a bias for each channel are learned"),
    ])

  /// Checks that a channel has several values.
  public func checkInput(_ site: LayerSite) throws {
    try site.requireChannels(advice: "for vectors there are layer-norm and batch-norm")
    guard site.input.steps * site.input.positions < 2 else { return }
    throw Failure(
      .configuration, "needs at least 2 values per channel, but its input is \(site.input.text)",
      advice: "normalizing one value leaves nothing of it; use layer-norm or batch-norm")
  }

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    InstanceNorm(input: site.input, epsilon: epsilon, affine: affine)
  }
}

/// Normalization by the root of the mean square (Zhang and Sennrich 2019).
public struct RMSNormEntry: LayerEntry {
  /// Added to the mean square to avoid division by zero; nil for the machine epsilon of float32.
  public var epsilon: Double?
  /// The name that its parameters' names begin with; nil for its number.
  public var name: String?

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "rms-norm", "each step or pixel over the root mean square of its features", example: "epsilon: 1.0e-6",
    keys: [
      .moduleName(\.name),
      RecipeKey(
        "epsilon", \.epsilon, .optional(.number(.above(0))),
        "added to the mean square to avoid division by zero, or none for float32's machine epsilon, 2^-23"),
    ])

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { RMSNorm(input: site.input, epsilon: epsilon) }
}

/// Local response normalization (Krizhevsky, Sutskever and Hinton 2012).
public struct LocalResponseNormEntry: LayerEntry {
  /// The number of neighbouring channels.
  public var size: Int
  /// The factor of the mean of their squares.
  public var alpha = 1e-4
  /// The exponent.
  public var beta = 0.75
  /// What is added to the mean.
  public var k = 1.0

  /// A layer with windows of this many channels.
  public init(size: Int) { self.size = size }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(size: 1) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "local-response-norm", "x / (k + alpha · the mean square of neighbouring channels)^beta", example: "size: 5",
    short: "size",
    keys: [
      RecipeKey(
        "size", \.size, .number(.from(1, through: 1 << 16)), required: true,
        "the number of neighbouring channels, the channel itself included"),
      RecipeKey("alpha", \.alpha, .number(.atLeast(0)), "the factor of the mean of their squares"),
      RecipeKey("beta", \.beta, .number(), "the exponent"),
      RecipeKey("k", \.k, .number(.above(0)), "added to the mean"),
    ])

  /// Checks that the input is an image or a sequence.
  public func checkInput(_ site: LayerSite) throws {
    try site.requireChannels(advice: "for vectors there are layer-norm and rms-norm")
  }

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    LocalResponseNorm(input: site.input, size: size, alpha: alpha, beta: beta, k: k)
  }
}
