/// What became of the tensors of a weights file and of a model.
package struct LoadedWeights: Equatable, Sendable {
  /// A tensor's name and shape.
  package struct Tensor: Equatable, Sendable {
    /// The name.
    package let name: String
    /// The length of each axis.
    package let shape: [Int]

    init(_ name: String, _ shape: [Int]) {
      self.name = name
      self.shape = shape
    }
  }

  /// The file.
  package let file: String
  /// How tensors found their places.
  package let match: WeightsSource.Match
  /// The model's tensors that were loaded.
  package fileprivate(set) var loaded: [Tensor] = []
  /// Those that have their initial values.
  package fileprivate(set) var drawn: [Tensor] = []
  /// The file's tensors that the model does not have, or that are excepted.
  package fileprivate(set) var left: [Tensor] = []

  init(_ plan: WeightsPlan, file: String, match: WeightsSource.Match) {
    self.file = file
    self.match = match
    for (item, index) in plan.places {
      if index != nil {
        loaded.append(Tensor(item.name, item.shape))
      } else {
        drawn.append(Tensor(item.name, item.shape))
      }
    }
    left = plan.left.map { Tensor($0.name, $0.shape) }
  }

  /// The rows of a table: what was loaded, drawn anew and left over.
  package var rows: [[String]] {
    func row(_ title: String, _ tensors: [Tensor]) -> [String]? {
      guard !tensors.isEmpty else { return nil }
      let shown = tensors.prefix(6).map { $0.shape.isEmpty ? $0.name : "\($0.name) \($0.shape)" }
      return [title, shown.joined(separator: ", ") + (tensors.count > 6 ? ", … (\(tensors.count) tensors)" : "")]
    }
    let all = "\(loaded.count) of \(loaded.count + drawn.count) tensors, by \(match)"
    return [["weights", file], ["loaded", all], row("drawn anew", drawn), row("left over", left)].compactMap(\.self)
  }
}
