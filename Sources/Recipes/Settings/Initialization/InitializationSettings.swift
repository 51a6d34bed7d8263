import Layers

/// How weights are drawn before training.
public enum InitializationSettings: Equatable, Sendable {
  /// Uniform in ±bound.
  case uniform(UniformSettings)
  /// Normal numbers.
  case normal(NormalSettings)
  /// All 0.
  case zeros(PlainSettings<ZerosName>)
  /// All 1.
  case ones(PlainSettings<OnesName>)
  /// One value everywhere.
  case constant(ConstantSettings)
  /// Uniform, after Glorot and Bengio.
  case xavierUniform(GainSettings<XavierUniformName>)
  /// Normal, after Glorot and Bengio.
  case xavierNormal(GainSettings<XavierNormalName>)
  /// Uniform, after He et al.
  case kaimingUniform(KaimingSettings<KaimingUniformName>)
  /// Normal, after He et al.
  case kaimingNormal(KaimingSettings<KaimingNormalName>)
  /// Orthogonal rows or columns.
  case orthogonal(GainSettings<OrthogonalName>)

  /// What the settings say, as layers take it.
  public var initialization: Initialization {
    switch self {
    case .uniform(let settings): .uniform(bound: Float(settings.bound))
    case .normal(let settings): .normal(mean: Float(settings.mean), deviation: Float(settings.deviation))
    case .zeros: .constant(0)
    case .ones: .constant(1)
    case .constant(let settings): .constant(Float(settings.value))
    case .xavierUniform(let settings): .xavierUniform(gain: Float(settings.gain))
    case .xavierNormal(let settings): .xavierNormal(gain: Float(settings.gain))
    case .kaimingUniform(let settings): .kaimingUniform(fan: settings.fan, gain: Float(settings.gain))
    case .kaimingNormal(let settings): .kaimingNormal(fan: settings.fan, gain: Float(settings.gain))
    case .orthogonal(let settings): .orthogonal(gain: Float(settings.gain))
    }
  }
}

extension InitializationSettings: Variant {
  static let noun = "initialization"

  static let variants: [VariantCase<InitializationSettings>] = [
    VariantCase(InitializationSettings.uniform) { if case .uniform(let settings) = $0 { settings } else { nil } },
    VariantCase(InitializationSettings.normal) { if case .normal(let settings) = $0 { settings } else { nil } },
    VariantCase(InitializationSettings.zeros) { if case .zeros(let settings) = $0 { settings } else { nil } },
    VariantCase(InitializationSettings.ones) { if case .ones(let settings) = $0 { settings } else { nil } },
    VariantCase(InitializationSettings.constant) { if case .constant(let settings) = $0 { settings } else { nil } },
    VariantCase(InitializationSettings.xavierUniform) {
      if case .xavierUniform(let settings) = $0 { settings } else { nil }
    },
    VariantCase(InitializationSettings.xavierNormal) {
      if case .xavierNormal(let settings) = $0 { settings } else { nil }
    },
    VariantCase(InitializationSettings.kaimingUniform) {
      if case .kaimingUniform(let settings) = $0 { settings } else { nil }
    },
    VariantCase(InitializationSettings.kaimingNormal) {
      if case .kaimingNormal(let settings) = $0 { settings } else { nil }
    },
    VariantCase(InitializationSettings.orthogonal) {
      if case .orthogonal(let settings) = $0 { settings } else { nil }
    },
  ]
}
