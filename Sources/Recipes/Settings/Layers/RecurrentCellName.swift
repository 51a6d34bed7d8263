/// The recurrent layers, for exchanging one for another.
public enum RecurrentCellName: String, CaseIterable, Sendable {
  /// A recurrence with one gate.
  case gated
  /// A plain recurrent layer.
  case rnn
  /// Long short-term memory.
  case lstm
  /// Gated recurrent units.
  case gru
}

extension RecurrentCellName: Choice {}

extension LayerSettings {
  /// The settings of a recurrent layer; nil for any other.
  var recurrent: (any RecurrentSettings)? {
    switch self {
    case .lstm(let settings): settings
    case .rnn(let settings): settings
    case .gru(let settings): settings
    case .gated(let settings): settings
    default: nil
    }
  }

  /// The layer, or the layers within, with another cell: what all recurrent layers have stays, what belongs to a cell
  /// has its default. A layer that has the cell already stays as it is.
  func exchanging(cell: RecurrentCellName) -> LayerSettings {
    switch self {
    case .residual(var settings):
      settings.body = settings.body.map { $0.exchanging(cell: cell) }
      settings.shortcut = settings.shortcut?.map { $0.exchanging(cell: cell) }
      return .residual(settings)
    case .sequential(var settings):
      settings.layers = settings.layers.map { $0.exchanging(cell: cell) }
      return .sequential(settings)
    default: break
    }
    guard let recurrent, chosen.name != cell.rawValue else { return self }
    return switch cell {
    case .gated: .gated(recurrent.converted())
    case .rnn: .rnn(recurrent.converted())
    case .lstm: .lstm(recurrent.converted())
    case .gru: .gru(recurrent.converted())
    }
  }
}

extension RecurrentSettings {
  /// Settings of another cell with all that recurrent layers have in common.
  fileprivate func converted<Other: RecurrentSettings>() -> Other {
    var other = Other()
    other.hiddenSize = hiddenSize
    other.bias = bias
    other.options = options
    other.initialization = initialization
    return other
  }
}
