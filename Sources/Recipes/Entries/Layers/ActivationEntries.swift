import Layers

/// The rectifier.
public struct ReLUEntry: LayerEntry {
  /// Its name in recipes.
  public static let form = RecipeForm<Self>("relu", "max(0, x)")

  /// The only value.
  public init() {}

  /// The layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { ReLU(input: site.input) }
}

/// The hyperbolic tangent.
public struct TanhEntry: LayerEntry {
  /// Its name in recipes.
  public static let form = RecipeForm<Self>("tanh", "the hyperbolic tangent")

  /// The only value.
  public init() {}

  /// The layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { Tanh(input: site.input) }
}

/// The logistic function.
public struct SigmoidEntry: LayerEntry {
  /// Its name in recipes.
  public static let form = RecipeForm<Self>("sigmoid", "the logistic function, 1 / (1 + exp(-x))")

  /// The only value.
  public init() {}

  /// The layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { Sigmoid(input: site.input) }
}

/// Shares that add to 1.
public struct SoftmaxEntry: LayerEntry {
  /// Its name in recipes.
  public static let form = RecipeForm<Self>(
    "softmax", "shares that add to 1 over the features; not before cross-entropy, which takes logits")

  /// The only value.
  public init() {}

  /// The layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { Softmax(input: site.input) }
}

/// The leaky rectifier (Maas, Hannun and Ng 2013).
public struct LeakyReLUEntry: LayerEntry {
  /// The factor of values below zero.
  public var negativeSlope = 0.01

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "leaky-relu", "x above zero, a share of x below", example: "negativeSlope: 0.1", short: "negativeSlope",
    keys: [RecipeKey("negativeSlope", \.negativeSlope, .number(), "the factor of values below zero")])

  /// The layer.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    LeakyReLU(input: site.input, negativeSlope: Float(negativeSlope))
  }
}

/// The Gaussian error linear unit (Hendrycks and Gimpel 2016).
public struct GELUEntry: LayerEntry {
  /// What stands for the normal distribution function; nil for the function itself.
  public var approximate: GELU.Approximation?

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "gelu", "x times the normal distribution function of x", example: "approximate: tanh", short: "approximate",
    keys: [RecipeKey("approximate", \.approximate, .optional(.choice), "tanh for the approximation by tanh, or none")])

  /// The layer.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    GELU(input: site.input, approximation: approximate)
  }
}

extension GELU.Approximation: Choice {}
