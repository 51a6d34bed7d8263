import Layers

/// Uniform numbers.
public struct UniformEntry: InitializationEntry {
  /// The numbers' bound: from −bound to bound.
  public var bound = 0.1

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "uniform", "uniform between -bound and bound", example: "bound: 0.05",
    keys: [RecipeKey("bound", \.bound, .number(.atLeast(0)), "the numbers' bound, from -bound to bound")])

  /// The initialization for layers.
  public var initialization: Initialization { .uniform(bound: Float(bound)) }
}

/// Normal numbers.
public struct NormalEntry: InitializationEntry {
  /// The mean.
  public var mean = 0.0
  /// The standard deviation.
  public var deviation = 1.0

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "normal", "normal numbers", example: "deviation: 0.02",
    keys: [
      RecipeKey("mean", \.mean, .number(), "their mean"),
      RecipeKey("deviation", \.deviation, .number(.atLeast(0)), "their standard deviation"),
    ])

  /// The initialization for layers.
  public var initialization: Initialization { .normal(mean: Float(mean), deviation: Float(deviation)) }
}

/// All 0.
public struct ZerosEntry: InitializationEntry {
  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>("zeros", "all 0")

  /// The initialization for layers.
  public var initialization: Initialization { .constant(0) }
}

/// All 1.
public struct OnesEntry: InitializationEntry {
  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>("ones", "all 1")

  /// The initialization for layers.
  public var initialization: Initialization { .constant(1) }
}

/// The same value everywhere.
public struct ConstantEntry: InitializationEntry {
  /// The value.
  public var value = 0.0

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "constant", "the same value everywhere", example: "value: 0.1",
    keys: [RecipeKey("value", \.value, .number(), required: true, "the value")])

  /// The initialization for layers.
  public var initialization: Initialization { .constant(Float(value)) }
}

/// The uniform initialization of Glorot and Bengio (2010).
public struct XavierUniformEntry: InitializationEntry {
  /// The factor of the bound or deviation.
  public var gain = 1.0

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "xavier-uniform", "uniform in gain times ±√(6 / (inputs + outputs))", example: "gain: 1.6667",
    keys: [RecipeKey("gain", \.gain, .number(.above(0)), "a factor; √2 = 1.4142 fits relu")])

  /// The initialization for layers.
  public var initialization: Initialization { .xavierUniform(gain: Float(gain)) }
}

/// The normal initialization of Glorot and Bengio (2010).
public struct XavierNormalEntry: InitializationEntry {
  /// The factor of the bound or deviation.
  public var gain = 1.0

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "xavier-normal", "normal, with the deviation gain times √(2 / (inputs + outputs))",
    keys: [RecipeKey("gain", \.gain, .number(.above(0)), "a factor; √2 = 1.4142 fits relu")])

  /// The initialization for layers.
  public var initialization: Initialization { .xavierNormal(gain: Float(gain)) }
}

/// The uniform initialization of He et al. (2015).
public struct KaimingUniformEntry: InitializationEntry {
  /// The fan that scales the numbers: the forward or the backward pass then keeps its variance.
  public var fan = Initialization.Fan.fanIn
  /// The factor of the bound or deviation.
  public var gain = 1.4142135623730951

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "kaiming-uniform", "uniform in gain times ±√(3 / fan)",
    keys: [
      RecipeKey("fan", \.fan, .choice, "fan-in keeps the variance in the forward pass, fan-out in the backward pass"),
      RecipeKey("gain", \.gain, .number(.above(0)), "a factor; √2 fits relu, 1 a linear layer, 5/3 tanh"),
    ])

  /// The initialization for layers.
  public var initialization: Initialization { .kaimingUniform(fan: fan, gain: Float(gain)) }
}

/// The normal initialization of He et al. (2015).
public struct KaimingNormalEntry: InitializationEntry {
  /// The fan that scales the numbers: the forward or the backward pass then keeps its variance.
  public var fan = Initialization.Fan.fanIn
  /// The factor of the bound or deviation.
  public var gain = 1.4142135623730951

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "kaiming-normal", "normal, with the deviation gain / √fan", example: "fan: fan-out",
    keys: [
      RecipeKey("fan", \.fan, .choice, "fan-in keeps the variance in the forward pass, fan-out in the backward pass"),
      RecipeKey("gain", \.gain, .number(.above(0)), "a factor; √2 fits relu, 1 a linear layer, 5/3 tanh"),
    ])

  /// The initialization for layers.
  public var initialization: Initialization { .kaimingNormal(fan: fan, gain: Float(gain)) }
}

/// The orthogonal initialization of Saxe, McClelland and Ganguli (2014).
public struct OrthogonalEntry: InitializationEntry {
  /// The factor of the bound or deviation.
  public var gain = 1.0

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "orthogonal", "orthogonal rows or columns of length gain", example: "gain: 1.4142",
    keys: [RecipeKey("gain", \.gain, .number(.above(0)), "a factor; √2 = 1.4142 fits relu")])

  /// The initialization for layers.
  public var initialization: Initialization { .orthogonal(gain: Float(gain)) }
}

extension Initialization.Fan: Choice {}
