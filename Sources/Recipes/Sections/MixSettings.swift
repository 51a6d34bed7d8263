import Datasets

/// How the training samples of a batch are mixed with each other.
public struct MixSettings: RecipeSettings {
  /// The parameter of mixup; 0 for none.
  public var mixup = 0.0
  /// The parameter of cutmix; 0 for none.
  public var cutmix = 0.0

  /// Every key at its default.
  public init() {}

  /// The keys in recipes.
  public static let form = RecipeForm<Self>(
    keys: [
      RecipeKey(
        "mixup", \.mixup, .number(.atLeast(0)),
        "adds to each sample the one before it in the batch, with shares of the distribution Beta(mixup, mixup); 0 is never"
      ),
      RecipeKey(
        "cutmix", \.cutmix, .number(.atLeast(0)),
        "replaces a box of each image by the same box of the image before it, with shares of Beta(cutmix, cutmix); 0 is "
          + "never; with mixup, each batch draws one of the two"),
    ])

  /// How samples are mixed, in words; nil if they are not.
  package var text: String? {
    let ways = [("mixup", mixup), ("cutmix", cutmix)].filter { $0.1 > 0 }
    return ways.isEmpty ? nil : ways.map { "\($0) \($1)" }.joined(separator: " or ")
  }

  /// How samples are mixed; nil if they are not.
  var mixing: Mixing? { Mixing(mixup: mixup, cutmix: cutmix) }
}
