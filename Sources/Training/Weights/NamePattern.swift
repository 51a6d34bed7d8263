/// A pattern of names: `*` stands for any characters, also none, `?` for one. It covers a name if it fits all of it, or the name of a
/// module that the name begins with: `layer1` covers `layer1.0.conv1.weight`.
package struct NamePattern: Equatable, Sendable {
  /// The pattern as it was written.
  package let text: String
  private let scalars: [Unicode.Scalar]

  /// Takes a pattern.
  package init(_ text: String) {
    self.text = text
    scalars = Array(text.unicodeScalars)
  }

  /// Whether the pattern covers a name.
  package func covers(_ name: String) -> Bool {
    let name = Array(name.unicodeScalars)
    return fits(name[...]) || name.indices.contains { name[$0] == "." && fits(name[..<$0]) }
  }

  private func fits(_ name: ArraySlice<Unicode.Scalar>) -> Bool {
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
