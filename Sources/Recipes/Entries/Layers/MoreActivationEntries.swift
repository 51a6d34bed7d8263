import Layers

/// The rectifier with a limit (Krizhevsky 2010).
public struct ReLU6Entry: LayerEntry {
  /// The name in recipes; there are no keys.
  public static let form = RecipeForm<Self>("relu6", "min(max(0, x), 6)")

  /// There is nothing to set.
  public init() {}

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { ReLU6(input: site.input) }
}

/// The sigmoid linear unit (Elfwing, Uchibe and Doya 2017).
public struct SiLUEntry: LayerEntry {
  /// The name in recipes; there are no keys.
  public static let form = RecipeForm<Self>("silu", "x / (1 + exp(-x)), also called swish")

  /// There is nothing to set.
  public init() {}

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { SiLU(input: site.input) }
}

/// The sigmoid linear unit in pieces (Howard et al. 2019).
public struct HardswishEntry: LayerEntry {
  /// The name in recipes; there are no keys.
  public static let form = RecipeForm<Self>("hardswish", "x · min(max(0, x + 3), 6) / 6")

  /// There is nothing to set.
  public init() {}

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { Hardswish(input: site.input) }
}

/// The logistic function in pieces (Howard et al. 2019).
public struct HardsigmoidEntry: LayerEntry {
  /// The name in recipes; there are no keys.
  public static let form = RecipeForm<Self>("hardsigmoid", "min(max(0, x + 3), 6) / 6")

  /// There is nothing to set.
  public init() {}

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { Hardsigmoid(input: site.input) }
}

/// The exponential linear unit (Clevert, Unterthiner and Hochreiter 2015).
public struct ELUEntry: LayerEntry {
  /// The factor for values below zero.
  public var alpha = 1.0

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "elu", "x above zero, alpha · (exp(x) - 1) below", example: "alpha: 0.5", short: "alpha",
    keys: [RecipeKey("alpha", \.alpha, .number(), "the factor for values below zero")])

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { ELU(input: site.input, alpha: Float(alpha)) }
}

/// The scaled exponential linear unit (Klambauer et al. 2017).
public struct SELUEntry: LayerEntry {
  /// The name in recipes; there are no keys.
  public static let form = RecipeForm<Self>("selu", "elu with the scale and the alpha that keep mean 0 and variance 1")

  /// There is nothing to set.
  public init() {}

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { SELU(input: site.input) }
}

/// A smooth rectifier (Dugas et al. 2000).
public struct SoftplusEntry: LayerEntry {
  /// How sharply it bends.
  public var beta = 1.0
  /// The beta · x above which it is x.
  public var threshold = 20.0

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "softplus", "log(1 + exp(beta · x)) / beta", example: "beta: 2",
    keys: [
      RecipeKey("beta", \.beta, .number(.above(0)), "how sharply it bends"),
      RecipeKey("threshold", \.threshold, .number(), "the beta · x above which it is x"),
    ])

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    Softplus(input: site.input, beta: Float(beta), threshold: Float(threshold))
  }
}

/// A smooth function that is not monotonic (Misra 2019).
public struct MishEntry: LayerEntry {
  /// The name in recipes; there are no keys.
  public static let form = RecipeForm<Self>("mish", "x · tanh(log(1 + exp(x)))")

  /// There is nothing to set.
  public init() {}

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { Mish(input: site.input) }
}

/// The logarithm of the softmax over the features.
public struct LogSoftmaxEntry: LayerEntry {
  /// The name in recipes; there are no keys.
  public static let form = RecipeForm<Self>(
    "log-softmax", "the logarithm of softmax over the features; cross-entropy does it by itself")

  /// There is nothing to set.
  public init() {}

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { LogSoftmax(input: site.input) }
}
