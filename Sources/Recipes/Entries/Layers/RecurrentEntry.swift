import Layers

/// A recurrent layer in recipes.
public protocol RecurrentEntry: LayerEntry {
  /// The common keys: size, stacked layers, directions, output, initialization.
  var recurrence: RecurrenceSettings { get set }
}

/// The common keys of recurrent layers.
public struct RecurrenceSettings: Sendable {
  /// The length of the hidden state.
  public var hiddenSize = 4
  /// Whether the cells have biases.
  public var bias = true
  /// Stacked layers, directions, output and carried state.
  public var options = RecurrentOptions()
  /// How the weights are drawn; nil for `model.initialization`.
  public var initialization: (any InitializationEntry)?
  /// The name that its parameters' names begin with; nil for its number.
  public var name: String?

  /// Every key at its default.
  public init() {}
}

extension RecurrentOutput: Choice {}

extension RecurrentEntry {
  /// The form of a recurrent layer: the common keys, with those of its cell between them.
  static func recurrentForm(
    _ name: String, _ doc: String, example: String, cell: [RecipeKey<Self>] = []
  ) -> RecipeForm<Self> {
    let size = RecipeKey("hiddenSize", \Self.recurrence.hiddenSize, .number(.size), "the length of the hidden state")
    return RecipeForm(
      name, doc, example: example, short: "hiddenSize",
      moved: ["padding": "padding belongs to the data: set data.padding, once for all layers"],
      keys: [.moduleName(\Self.recurrence.name), size] + cell + [
        RecipeKey("bias", \Self.recurrence.bias, .flag, "whether the cells have biases"),
        RecipeKey(
          "output", \Self.recurrence.options.output, .choice, "the steps given to the next layer: last or all"),
        RecipeKey(
          "layers", \Self.recurrence.options.layers, .number(.from(1, through: 1000)),
          "the number of stacked layers"),
        RecipeKey(
          "bidirectional", \Self.recurrence.options.isBidirectional, .flag,
          "whether to read the sequence backwards too; doubles the features"),
        RecipeKey(
          "dropout", \Self.recurrence.options.dropout, .number(.from(0, below: 1)),
          "the probability with which values between the layers are set to zero in training"),
        RecipeKey(
          "stateful", \Self.recurrence.options.isStateful, .flag,
          "whether each row of a batch starts from its state after the batch before, within an epoch; "
            + "a batch of another size starts from zero"),
        .initialization(\Self.recurrence.initialization),
      ])
  }

  /// How the weights are drawn; nil for `model.initialization`.
  public var initialization: (any InitializationEntry)? { recurrence.initialization }

  /// The name that its parameters' names begin with; nil for its number.
  public var name: String? { recurrence.name }

  /// Checks that layers, directions and state go together.
  public func check(_ section: RecipeSection) throws {
    guard let conflict = recurrence.options.conflict else { return }
    throw section.conflict(of: conflict.keys, "\(section.path): \(conflict.message)", advice: conflict.advice)
  }

  /// Checks that the input is a sequence.
  public func checkInput(_ site: LayerSite) throws { try site.requireSequence() }
}

/// The recurrent layers that `model.cell` can choose.
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
  /// Replaces the cell of this layer, or of the layers within. Common keys keep their values, those of a cell get their
  /// defaults. A layer that already has the cell stays as it is.
  func exchanging(cell: RecurrentCellName) -> any LayerEntry {
    guard let recurrent = self as? any RecurrentEntry else {
      var copy = self
      for key in Self.form.keys { key.replaceLayers(&copy) { $0.exchanging(cell: cell) } }
      return copy
    }
    guard kind != cell.rawValue,
      let type = EntryKind.layer.type(named: cell.rawValue) as? any RecurrentEntry.Type
    else { return self }
    var other = type.init()
    other.recurrence = recurrent.recurrence
    return other
  }
}
