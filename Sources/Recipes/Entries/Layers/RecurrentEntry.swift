import Layers

/// A recurrent layer in recipes.
public protocol RecurrentEntry: LayerEntry {
  /// Size, levels, directions, and what goes out.
  var recurrence: RecurrenceSettings { get set }
}

/// What all recurrent layers have besides what their cell needs.
public struct RecurrenceSettings: Sendable {
  /// The length of the hidden state.
  public var hiddenSize = 4
  /// Whether the cells have biases.
  public var bias = true
  /// Levels, directions and what goes out.
  public var options = RecurrentOptions()
  /// How the weights are drawn; nil for the model's way.
  public var initialization: (any InitializationEntry)?

  /// Every default.
  public init() {}
}

extension RecurrentOutput: Choice {}

extension RecurrentEntry {
  /// The form of a layer that has the keys of all, around those of its cell.
  static func recurrentForm(
    _ name: String, _ doc: String, example: String, cell: [RecipeKey<Self>] = []
  ) -> RecipeForm<Self> {
    let size = RecipeKey("hiddenSize", \Self.recurrence.hiddenSize, .number(.size), "the length of the hidden state")
    return RecipeForm(
      name, doc, example: example, short: "hiddenSize",
      moved: ["padding": "where sequences are padded is a fact of the data: write data.padding, once for all layers"],
      keys: [size] + cell + [
        RecipeKey("bias", \Self.recurrence.bias, .flag, "whether the cells have biases"),
        RecipeKey(
          "output", \Self.recurrence.options.output, .choice, "the steps that go to the next layer: last or all"),
        RecipeKey(
          "layers", \Self.recurrence.options.layers, .number(.from(1, through: 1000)),
          "the number of such layers on top of each other"),
        RecipeKey(
          "bidirectional", \Self.recurrence.options.isBidirectional, .flag,
          "whether to go through the sequence from its end too; doubles the features"),
        RecipeKey(
          "dropout", \Self.recurrence.options.dropout, .number(.from(0, below: 1)),
          "the share of values set to zero between the layers while training"),
        RecipeKey(
          "stateful", \Self.recurrence.options.isStateful, .flag,
          "whether a batch starts from the state after the one before, row by row, within an epoch"),
        .initialization(\Self.recurrence.initialization),
      ])
  }

  /// How the weights are drawn; nil for the model's way.
  public var initialization: (any InitializationEntry)? { recurrence.initialization }

  /// Checks that levels, directions and state go together.
  public func check(_ section: RecipeSection) throws {
    guard let conflict = recurrence.options.conflict else { return }
    throw section.conflict(of: conflict.keys, "\(section.path): \(conflict.message)", advice: conflict.advice)
  }

  /// Refuses what is no sequence.
  public func checkInput(_ site: LayerSite) throws { try site.requireSequence() }
}

/// The recurrent layers, for exchanging one for another.
public enum RecurrentCellName: String, Choice {
  /// A recurrence with one gate.
  case gated
  /// A plain recurrent layer.
  case rnn
  /// Long short-term memory.
  case lstm
  /// Gated recurrent units.
  case gru
}

extension LayerEntry {
  /// The layer, or the layers within, with another cell: what all recurrent layers have stays, what belongs to a cell
  /// has its default. A layer that has the cell already stays as it is.
  func exchanging(cell: RecurrentCellName) -> any LayerEntry {
    guard let recurrent = self as? any RecurrentEntry else {
      var copy = self
      for key in Self.form.keys { key.replaceLayers(&copy) { $0.exchanging(cell: cell) } }
      return copy
    }
    guard name != cell.rawValue,
      let type = EntryKind.layer.type(named: cell.rawValue) as? any RecurrentEntry.Type
    else { return self }
    var other = type.init()
    other.recurrence = recurrent.recurrence
    return other
  }
}
