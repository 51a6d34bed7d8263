import Layers

/// Gated recurrent units (Cho et al. 2014).
public struct GRUEntry: RecurrentEntry {
  /// The common keys: size, stacked layers, directions, output, initialization.
  public var recurrence = RecurrenceSettings()

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = recurrentForm(
    "gru", "gated recurrent units, a recurrent layer with gates",
    example: "hiddenSize: 64, output: all, layers: 2, dropout: 0.2")

  /// Makes the layer; its input must be a sequence.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try GRU(input: site.input, hiddenSize: recurrence.hiddenSize, bias: recurrence.bias, options: recurrence.options)
  }
}
