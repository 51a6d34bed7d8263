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

/// A pattern of names: `*` stands for any characters, also none, `?` for one.
package struct NamePattern: Equatable, Sendable {
  /// The pattern as it was written.
  package let text: String
  private let scalars: [Unicode.Scalar]

  /// Takes a pattern.
  package init(_ text: String) {
    self.text = text
    scalars = Array(text.unicodeScalars)
  }

  /// Whether the whole name fits the pattern.
  package func covers(_ name: String) -> Bool {
    let name = Array(name.unicodeScalars)
    var (place, index) = (0, 0)
    // The last star, and the place up to which it stands for characters: it takes one more if what follows does not fit.
    var star: (index: Int, place: Int)?
    while place < name.count {
      if index < scalars.count, scalars[index] == "*" {
        star = (index, place)
        index += 1
      } else if index < scalars.count, scalars[index] == "?" || scalars[index] == name[place] {
        index += 1
        place += 1
      } else if let last = star {
        star = (last.index, last.place + 1)
        index = last.index + 1
        place = last.place + 1
      } else {
        return false
      }
    }
    return scalars[index...].allSatisfy { $0 == "*" }
  }
}
