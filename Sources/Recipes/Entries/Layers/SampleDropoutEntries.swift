import Layers

/// Dropout of whole channels (Tompson et al. 2015).
public struct ChannelDropoutEntry: LayerEntry {
  /// The probability with which a channel of a sample is set to zero.
  public var probability = 0.5

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "channel-dropout", "sets whole channels of samples to zero at random in training", example: "probability: 0.2",
    short: "probability",
    keys: [
      RecipeKey(
        "probability", \.probability, .number(.from(0, below: 1)), "the probability of setting a channel to zero")
    ])

  /// Checks that the input is an image or a sequence.
  public func checkInput(_ site: LayerSite) throws { try site.requireChannels(advice: "for vectors there is dropout") }

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    ChannelDropout(input: site.input, probability: probability)
  }
}

/// Stochastic depth (Huang et al. 2016).
public struct DropPathEntry: LayerEntry {
  /// The probability with which a sample is set to zero.
  public var probability: Double

  /// A layer that drops samples with this probability.
  public init(probability: Double) { self.probability = probability }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(probability: 0) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "drop-path", "sets whole samples to zero at random in training, at the end of a residual's body",
    example: "probability: 0.1", short: "probability",
    keys: [
      RecipeKey(
        "probability", \.probability, .number(.from(0, below: 1)), required: true,
        "the probability of setting a sample to zero")
    ])

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer { DropPath(input: site.input, probability: probability) }
}
