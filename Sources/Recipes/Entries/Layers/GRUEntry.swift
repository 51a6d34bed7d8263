import Layers

/// Gated recurrent units (Cho et al. 2014).
public struct GRUEntry: RecurrentEntry {
  /// Size, levels, directions, and what goes out.
  public var recurrence = RecurrenceSettings()

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = recurrentForm(
    "gru", "gated recurrent units, a recurrent layer with gates",
    example: "hiddenSize: 64, output: all, layers: 2, dropout: 0.2")

  /// The layer; of sequences alone.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try GRU(input: site.input, hiddenSize: recurrence.hiddenSize, bias: recurrence.bias, options: recurrence.options)
  }
}
