import Layers

/// A recurrent layer with one gate.
public struct GatedEntry: RecurrentEntry {
  /// The common keys: size, stacked layers, directions, output, initialization.
  public var recurrence = RecurrenceSettings()

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = recurrentForm(
    "gated", "a recurrent layer with one gate between its state and its input", example: "hiddenSize: 32, bias: false")

  /// Makes the layer; its input must be a sequence.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try GatedRNN(
      input: site.input, hiddenSize: recurrence.hiddenSize, bias: recurrence.bias, options: recurrence.options)
  }
}
