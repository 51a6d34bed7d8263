import Training

/// A file with a model's initial weights, and which of its tensors are taken.
public struct WeightsSettings: RecipeSettings, ExpressibleByStringInterpolation {
  /// How the file's tensors find their places in the model.
  public enum Match: String, Choice {
    /// By their names, which must be the model's.
    case name
    /// By their order, which must be the model's.
    case order
  }

  /// A safetensors, `.npz` or PyTorch file.
  public var file = ""
  /// How its tensors find their places.
  public var match = Match.name
  /// What the names of the wanted tensors begin with, and what is taken from them; nil for all tensors.
  public var prefix: String?
  /// Patterns of the names of the model's parameters that are drawn from the seed instead.
  public var except: [String] = []

  /// No file yet; a recipe must give one.
  public init() {}

  /// All tensors of a file, by their names.
  public init(stringLiteral file: String) { self.file = file }

  /// The keys in recipes.
  public static let form = RecipeForm<Self>(
    short: "file",
    keys: [
      RecipeKey(
        "file", \.file, .text, required: true,
        "a file of torch.save (.pt, .pth), .safetensors or .npz; its bytes tell which"),
      RecipeKey(
        "match", \.match, .choice,
        "how its tensors find their places: name, names and shapes must be the model's, or order, shapes must be those of the "
          + "model's state dict in its order"),
      RecipeKey(
        "prefix", \.prefix, .optional(.text),
        "only tensors whose names begin with it are taken, without it: module or state_dict.model; or none for all"),
      RecipeKey(
        "except", \.except, .list(.text, least: 0),
        "the model's parameters that are drawn from the seed instead: names, with * for any characters and ? for one"),
    ])

  /// The same for the model.
  var source: WeightsSource {
    WeightsSource(
      file: file, match: match == .order ? .order : .name, prefix: prefix, except: except)
  }
}
