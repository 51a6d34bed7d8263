/// The data sources.
public enum DataSettings: Equatable, Sendable {
  /// Generated sequences for the temporal-order task.
  case temporalOrder(TemporalOrderSettings)
  /// Arrays from `.npz` files.
  case numpy(NumPySettings)
}

extension DataSettings: Variant {
  static let noun = "data source"

  static let variants: [VariantCase<DataSettings>] = [
    VariantCase(DataSettings.temporalOrder) { if case .temporalOrder(let settings) = $0 { settings } else { nil } },
    VariantCase(DataSettings.numpy) { if case .numpy(let settings) = $0 { settings } else { nil } },
  ]
}
