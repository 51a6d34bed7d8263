import Layers

/// A recurrence with one gate.
public struct GatedEntry: RecurrentEntry {
  /// Size, levels, directions, and what goes out.
  public var recurrence = RecurrenceSettings()

  /// Every default.
  public init() {}

  /// Its name and keys in recipes.
  public static let form = recurrentForm(
    "gated", "a recurrent layer with one gate between its state and its input", example: "hiddenSize: 32, bias: false")

  /// The layer; of sequences alone.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try GatedRNN(
      input: site.input, hiddenSize: recurrence.hiddenSize, bias: recurrence.bias, options: recurrence.options)
  }
}
