import Layers

/// Uniform numbers.
public struct UniformEntry: InitializationEntry {
  /// Numbers lie between −bound and bound.
  public var bound = 0.1

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "uniform", "uniform between -bound and bound", example: "bound: 0.05",
    keys: [RecipeKey("bound", \.bound, .number(.atLeast(0)), "numbers lie between -bound and bound")])

  /// The way, as layers take it.
  public var initialization: Initialization { .uniform(bound: Float(bound)) }
}

/// Normal numbers.
public struct NormalEntry: InitializationEntry {
  /// Their mean.
  public var mean = 0.0
  /// Their standard deviation.
  public var deviation = 1.0

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "normal", "normal numbers", example: "deviation: 0.02",
    keys: [
      RecipeKey("mean", \.mean, .number(), "their mean"),
      RecipeKey("deviation", \.deviation, .number(.atLeast(0)), "their standard deviation"),
    ])

  /// The way, as layers take it.
  public var initialization: Initialization { .normal(mean: Float(mean), deviation: Float(deviation)) }
}

/// All 0.
public struct ZerosEntry: InitializationEntry {
  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>("zeros", "all 0")

  /// The way, as layers take it.
  public var initialization: Initialization { .constant(0) }
}

/// All 1.
public struct OnesEntry: InitializationEntry {
  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>("ones", "all 1")

  /// The way, as layers take it.
  public var initialization: Initialization { .constant(1) }
}

/// One value everywhere.
public struct ConstantEntry: InitializationEntry {
  /// The value.
  public var value = 0.0

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "constant", "one value everywhere", example: "value: 0.1",
    keys: [RecipeKey("value", \.value, .number(), required: true, "the value")])

  /// The way, as layers take it.
  public var initialization: Initialization { .constant(Float(value)) }
}

/// The uniform initialization of Glorot and Bengio (2010).
public struct XavierUniformEntry: InitializationEntry {
  /// A factor.
  public var gain = 1.0

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "xavier-uniform", "uniform in gain times ±√(6 / (inputs + outputs))", example: "gain: 1.6667",
    keys: [RecipeKey("gain", \.gain, .number(.above(0)), "a factor; √2 = 1.4142 fits relu")])

  /// The way, as layers take it.
  public var initialization: Initialization { .xavierUniform(gain: Float(gain)) }
}

/// The normal initialization of Glorot and Bengio (2010).
public struct XavierNormalEntry: InitializationEntry {
  /// A factor.
  public var gain = 1.0

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "xavier-normal", "normal, with the deviation gain times √(2 / (inputs + outputs))",
    keys: [RecipeKey("gain", \.gain, .number(.above(0)), "a factor; √2 = 1.4142 fits relu")])

  /// The way, as layers take it.
  public var initialization: Initialization { .xavierNormal(gain: Float(gain)) }
}

/// The uniform initialization of He et al. (2015).
public struct KaimingUniformEntry: InitializationEntry {
  /// The fan whose variance is kept.
  public var fan = Initialization.Fan.fanIn
  /// A factor.
  public var gain = 1.4142135623730951

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "kaiming-uniform", "uniform in gain times ±√(3 / fan)",
    keys: [
      RecipeKey("fan", \.fan, .choice, "the fan whose variance is kept: fan-in forwards, fan-out backwards"),
      RecipeKey("gain", \.gain, .number(.above(0)), "a factor; √2 fits relu, 1 a linear layer, 5/3 tanh"),
    ])

  /// The way, as layers take it.
  public var initialization: Initialization { .kaimingUniform(fan: fan, gain: Float(gain)) }
}

/// The normal initialization of He et al. (2015).
public struct KaimingNormalEntry: InitializationEntry {
  /// The fan whose variance is kept.
  public var fan = Initialization.Fan.fanIn
  /// A factor.
  public var gain = 1.4142135623730951

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "kaiming-normal", "normal, with the deviation gain / √fan", example: "fan: fan-out",
    keys: [
      RecipeKey("fan", \.fan, .choice, "the fan whose variance is kept: fan-in forwards, fan-out backwards"),
      RecipeKey("gain", \.gain, .number(.above(0)), "a factor; √2 fits relu, 1 a linear layer, 5/3 tanh"),
    ])

  /// The way, as layers take it.
  public var initialization: Initialization { .kaimingNormal(fan: fan, gain: Float(gain)) }
}

/// The orthogonal initialization of Saxe, McClelland and Ganguli (2014).
public struct OrthogonalEntry: InitializationEntry {
  /// A factor.
  public var gain = 1.0

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "orthogonal", "orthogonal rows or columns of length gain", example: "gain: 1.4142",
    keys: [RecipeKey("gain", \.gain, .number(.above(0)), "a factor; √2 = 1.4142 fits relu")])

  /// The way, as layers take it.
  public var initialization: Initialization { .orthogonal(gain: Float(gain)) }
}

extension Initialization.Fan: Choice {}
