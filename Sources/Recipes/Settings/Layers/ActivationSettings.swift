import Layers

/// Names the rectifier.
public enum ReLUName: PlainName {
  /// The recipe's name.
  public static let name = "relu"
  /// What it is.
  public static let doc = "max(0, x)"
}

/// Names the hyperbolic tangent.
public enum TanhName: PlainName {
  /// The recipe's name.
  public static let name = "tanh"
  /// What it is.
  public static let doc = "the hyperbolic tangent"
}

/// Names the logistic function.
public enum SigmoidName: PlainName {
  /// The recipe's name.
  public static let name = "sigmoid"
  /// What it is.
  public static let doc = "the logistic function, 1 / (1 + exp(-x))"
}

/// Names softmax.
public enum SoftmaxName: PlainName {
  /// The recipe's name.
  public static let name = "softmax"
  /// What it is.
  public static let doc = "shares that add to 1 over the features; not before cross-entropy, which takes logits"
}

/// The leaky rectifier (Maas, Hannun and Ng 2013).
public struct LeakyReLUSettings: Equatable, Sendable {
  /// The factor of values below zero.
  public var negativeSlope = 0.01

  /// Every default.
  public init() {}
}

extension LeakyReLUSettings: VariantSettings {
  static let name = "leaky-relu"
  static let doc = "x above zero, a share of x below"
  static let shortKey: String? = "negativeSlope"

  static let fields: [Field<LeakyReLUSettings>] = [
    Field("negativeSlope", \.negativeSlope, .number(), "the factor of values below zero")
  ]
}

/// The Gaussian error linear unit (Hendrycks and Gimpel 2016).
public struct GELUSettings: Equatable, Sendable {
  /// What stands for the normal distribution function; nil for the function itself.
  public var approximate: GELU.Approximation?

  /// Every default.
  public init() {}
}

extension GELU.Approximation: Choice {}

extension GELUSettings: VariantSettings {
  static let name = "gelu"
  static let doc = "x times the normal distribution function of x"
  static let shortKey: String? = "approximate"

  static let fields: [Field<GELUSettings>] = [
    Field("approximate", \.approximate, .optional(.choice), "tanh for the approximation by tanh, or none")
  ]
}
