import Layers

/// Names the initialization with 0.
public enum ZerosName: PlainName {
  /// The recipe's name.
  public static let name = "zeros"
  /// What it is.
  public static let doc = "all 0"
}

/// Names the initialization with 1.
public enum OnesName: PlainName {
  /// The recipe's name.
  public static let name = "ones"
  /// What it is.
  public static let doc = "all 1"
}

/// Names the uniform initialization of Glorot and Bengio (2010).
public enum XavierUniformName: PlainName {
  /// The recipe's name.
  public static let name = "xavier-uniform"
  /// What it is.
  public static let doc = "uniform in gain times ±√(6 / (inputs + outputs))"
}

/// Names the normal initialization of Glorot and Bengio (2010).
public enum XavierNormalName: PlainName {
  /// The recipe's name.
  public static let name = "xavier-normal"
  /// What it is.
  public static let doc = "normal, with the deviation gain times √(2 / (inputs + outputs))"
}

/// Names the uniform initialization of He et al. (2015).
public enum KaimingUniformName: PlainName {
  /// The recipe's name.
  public static let name = "kaiming-uniform"
  /// What it is.
  public static let doc = "uniform in gain times ±√(3 / fan)"
}

/// Names the normal initialization of He et al. (2015).
public enum KaimingNormalName: PlainName {
  /// The recipe's name.
  public static let name = "kaiming-normal"
  /// What it is.
  public static let doc = "normal, with the deviation gain / √fan"
}

/// Names the orthogonal initialization of Saxe, McClelland and Ganguli (2014).
public enum OrthogonalName: PlainName {
  /// The recipe's name.
  public static let name = "orthogonal"
  /// What it is.
  public static let doc = "orthogonal rows or columns of length gain"
}

/// Uniform numbers.
public struct UniformSettings: Equatable, Sendable {
  /// Numbers lie between −bound and bound.
  public var bound = 0.1

  /// Every default.
  public init() {}
}

extension UniformSettings: VariantSettings {
  static let name = "uniform"
  static let doc = "uniform between -bound and bound"

  static let fields: [Field<UniformSettings>] = [
    Field("bound", \.bound, .number(.atLeast(0)), "numbers lie between -bound and bound")
  ]
}

/// Normal numbers.
public struct NormalSettings: Equatable, Sendable {
  /// Their mean.
  public var mean = 0.0
  /// Their standard deviation.
  public var deviation = 1.0

  /// Every default.
  public init() {}
}

extension NormalSettings: VariantSettings {
  static let name = "normal"
  static let doc = "normal numbers"

  static let fields: [Field<NormalSettings>] = [
    Field("mean", \.mean, .number(), "their mean"),
    Field("deviation", \.deviation, .number(.atLeast(0)), "their standard deviation"),
  ]
}

/// One value everywhere.
public struct ConstantSettings: Equatable, Sendable {
  /// The value.
  public var value: Double

  /// This value everywhere.
  public init(value: Double) {
    self.value = value
  }
}

extension ConstantSettings: VariantSettings {
  static let name = "constant"
  static let doc = "one value everywhere"

  init() { self.init(value: 0) }

  static let fields: [Field<ConstantSettings>] = [
    Field("value", \.value, .number(), required: true, "the value")
  ]
}

/// An initialization with a factor.
public struct GainSettings<Name: PlainName>: Equatable, Sendable {
  /// The factor.
  public var gain = 1.0

  /// Every default.
  public init() {}
}

extension GainSettings: Settings, VariantSettings {
  static var name: String { Name.name }
  static var doc: String { Name.doc }

  static var fields: [Field<GainSettings>] {
    [Field("gain", \.gain, .number(.above(0)), "a factor; √2 = 1.4142 fits relu")]
  }
}

/// An initialization for layers followed by a rectifier.
public struct KaimingSettings<Name: PlainName>: Equatable, Sendable {
  /// The fan whose variance is kept.
  public var fan = Initialization.Fan.fanIn
  /// A factor.
  public var gain = 1.4142135623730951

  /// Every default.
  public init() {}
}

extension Initialization.Fan: Choice {}

extension KaimingSettings: Settings, VariantSettings {
  static var name: String { Name.name }
  static var doc: String { Name.doc }

  static var fields: [Field<KaimingSettings>] {
    [
      Field("fan", \.fan, .choice, "the fan whose variance is kept: fan-in forwards, fan-out backwards"),
      Field("gain", \.gain, .number(.above(0)), "a factor; √2 fits relu, 1 a linear layer, 5/3 tanh"),
    ]
  }
}
