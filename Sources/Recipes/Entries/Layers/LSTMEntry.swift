import Layers

/// Long short-term memory with forget gates (Gers, Schmidhuber and Cummins 2000).
public struct LSTMEntry: RecurrentEntry {
  /// Size, levels, directions, and what goes out.
  public var recurrence = RecurrenceSettings()

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = recurrentForm(
    "lstm", "long short-term memory, a recurrent layer with gates", example: "hiddenSize: 12, output: last")

  /// The layer; of sequences alone.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try LSTM(input: site.input, hiddenSize: recurrence.hiddenSize, bias: recurrence.bias, options: recurrence.options)
  }
}
