import Layers

/// Settings of a recurrent layer: what all of them have besides what their cell needs.
protocol RecurrentSettings: VariantSettings {
  /// The length of the hidden state.
  var hiddenSize: Int { get set }
  /// Whether the cells have biases.
  var bias: Bool { get set }
  /// Levels, directions and what goes out.
  var options: RecurrentOptions { get set }
  /// How the weights are drawn; nil for the model's way.
  var initialization: InitializationSettings? { get set }
}

extension RecurrentOutput: Choice {}

extension RecurrentSettings {
  /// The keys that all recurrent layers have, around those of the cell.
  static func recurrentFields(cell: [Field<Self>] = []) -> [Field<Self>] {
    [Field("hiddenSize", \Self.hiddenSize, .number(.size), "the length of the hidden state")] + cell + [
      Field("bias", \Self.bias, .flag, "whether the cells have biases"),
      Field("output", \Self.options.output, .choice, "the steps that go to the next layer: last or all"),
      Field(
        "layers", \Self.options.layers, .number(.from(1, through: 1000)),
        "the number of such layers on top of each other"),
      Field(
        "bidirectional", \Self.options.isBidirectional, .flag,
        "whether to go through the sequence from its end too; doubles the features"),
      Field(
        "dropout", \Self.options.dropout, .number(.from(0, below: 1)),
        "the share of values set to zero between the layers while training"),
      Field(
        "stateful", \Self.options.isStateful, .flag,
        "whether a batch starts from the state after the one before, row by row, within an epoch"),
      .initialization(\Self.initialization),
    ]
  }

  static var movedKeys: [String: String] {
    ["padding": "where sequences are padded is a fact of the data: write data.padding, once for all layers"]
  }

  func check(_ section: Section) throws {
    guard let conflict = options.conflict else { return }
    throw section.conflict(of: conflict.keys, "\(section.path): \(conflict.message)", advice: conflict.advice)
  }
}
