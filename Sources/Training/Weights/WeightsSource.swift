/// Where a model's initial weights come from: a file, and which of its tensors.
package struct WeightsSource: Equatable, Sendable {
  /// How a file's tensors find their places in the model.
  package enum Match: String, Sendable {
    /// By their names, which must be the model's.
    case name
    /// By their order, as in PyTorch's state dict.
    case order
  }

  /// A safetensors, `.npz` or `.pt` file.
  package var file: String
  /// How its tensors find their places.
  package var match: Match
  /// What the names of the wanted tensors begin with, and what is taken from them; nil for all tensors.
  package var prefix: String?
  /// Patterns of the model's names that are not loaded.
  package var except: [NamePattern]

  /// A file and the choice among its tensors; by default all, by name.
  package init(file: String, match: Match = .name, prefix: String? = nil, except: [String] = []) {
    self.file = file
    self.match = match
    self.prefix = prefix
    self.except = except.map(NamePattern.init)
  }

  /// The prefix with the dot that divides it from the rest of a name.
  var dottedPrefix: String { prefix.map { $0.hasSuffix(".") ? $0 : $0 + "." } ?? "" }

  /// Whether a pattern of `except` covers a name.
  func excepts(_ name: String) -> Bool { except.contains { $0.covers(name) } }
}
