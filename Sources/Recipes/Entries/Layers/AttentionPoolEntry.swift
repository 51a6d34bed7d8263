import Layers

/// A mean of the steps with learned weights.
public struct AttentionPoolEntry: LayerEntry {
  /// The number of hidden units of the scores; nil for none.
  public var hiddenSize: Int?
  /// How the weights are drawn; nil for `model.initialization`.
  public var initialization: (any InitializationEntry)?
  /// The name that its parameters' names begin with; nil for its number.
  public var name: String?

  /// A mean with every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "attention-pool", "a mean of the steps, weighted by the softmax of learned scores", example: "hiddenSize: 16",
    keys: [
      .moduleName(\.name),
      RecipeKey(
        "hiddenSize", \.hiddenSize, .optional(.number(.size)),
        "hidden units from which a step's score is made, or none to make it from the step's features"),
      .initialization(\.initialization),
    ])

  /// Makes the layer; its input must be a sequence.
  public func makeLayer(_ site: LayerSite) -> any Layer { AttentionPool(input: site.input, hiddenSize: hiddenSize) }

  /// Checks that the input is a sequence.
  public func checkInput(_ site: LayerSite) throws { try site.requireSequence() }
}
