import Layers

/// Long short-term memory with forget gates (Gers, Schmidhuber and Cummins 2000).
public struct LSTMEntry: RecurrentEntry {
  /// The common keys: size, stacked layers, directions, output, initialization.
  public var recurrence = RecurrenceSettings()

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = recurrentForm(
    "lstm", "long short-term memory, a recurrent layer with gates", example: "hiddenSize: 12, output: last")

  /// Makes the layer; its input must be a sequence.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try LSTM(input: site.input, hiddenSize: recurrence.hiddenSize, bias: recurrence.bias, options: recurrence.options)
  }
}
