import Layers

extension LayerSettings {
  /// The lists of layers within this one, by their keys behind its own.
  fileprivate var parts: [(key: String, layers: [LayerSettings])] {
    switch self {
    case .residual(let settings): [("residual.body", settings.body), ("residual.shortcut", settings.shortcut ?? [])]
    case .sequential(let settings): [("sequential.layers", settings.layers)]
    default: []
    }
  }

  /// The options of a recurrent layer.
  var recurrentOptions: RecurrentOptions? { recurrent?.options }
}

extension [LayerSettings] {
  /// These layers and all within them, each with its key; `key` is the list's.
  func withNested(key: String) -> [(key: String, layer: LayerSettings)] {
    enumerated().flatMap { index, layer in
      let own = "\(key).\(index)"
      return [(own, layer)] + layer.parts.flatMap { $0.layers.withNested(key: "\(own).\($0.key)") }
    }
  }
}
