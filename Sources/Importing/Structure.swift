import Diagnostics
import Recipes

/// Makes lists of layers of the steps between two values.
///
/// All paths from the input to a value go through the steps that dominate it. The nearest one of a join is where its paths
/// part: they are the layers from there to the joined values. Paths that have more steps in common part later; they are
/// joined within one path. A step that would be a layer at two places shows that the graph has another structure.
struct Structure {
  /// Branches within branches: as many as a recipe may have.
  private static var mostNested: Int { [any LayerEntry].mostNested }

  private let steps: [Step]
  /// For each step the nearest one through which all paths to it go, and how many such steps there are.
  private var dominators: [Int] = []
  private var depths: [Int] = []
  /// The nodes of which layers were made.
  private var seen: Set<Int> = []

  init(_ steps: [Step]) {
    self.steps = steps
    for step in steps {
      let nearest = step.inputs.map(\.index).reduce(nil) { common($0, $1) }
      dominators.append(nearest ?? 0)
      depths.append(nearest.map { depths[$0] + 1 } ?? 0)
    }
  }

  /// The nearest step that dominates both.
  private func common(_ a: Int?, _ b: Int) -> Int {
    guard var a else { return b }
    var b = b
    while a != b {
      if depths[a] >= depths[b] { a = dominators[a] } else { b = dominators[b] }
    }
    return a
  }

  /// The layers that make a value of the input.
  /// - Throws: `Failure` (data) naming a node that cannot be part of layers in series and side by side.
  mutating func layers(to value: Step) throws -> [ImportedLayer] {
    try layers(from: steps[0], to: value, nesting: 0)
  }

  private mutating func layers(from start: Step, to value: Step, nesting: Int) throws -> [ImportedLayer] {
    var layers: [ImportedLayer] = []
    var step = value
    while step !== start {
      if let node = step.node, !seen.insert(node.index).inserted {
        throw node.failure(
          "its output is used at several places whose paths do not all end at one node, or is used in two ways",
          advice: "layers are in series, or side by side between two values: branches, residual")
      }
      switch step.kind {
      case .input: return layers.reversed()
      case .layer(let layer):
        layers.append(layer)
        step = step.inputs[0]
      case .partial(_, let failure): throw failure
      case .join(let kind):
        let parting = steps[dominators[step.index]]
        layers.append(try join(kind, step.inputs, from: parting, of: step, nesting: nesting + 1))
        step = parting
      }
    }
    return layers.reversed()
  }

  /// The layer that joins values; their paths part at `start`.
  private mutating func join(
    _ kind: Step.Join, _ values: [Step], from start: Step, of join: Step, nesting: Int
  ) throws -> ImportedLayer {
    guard let node = join.node, nesting <= Structure.mostNested else {
      throw Failure(
        .data, "the model has branches within branches more than \(Structure.mostNested) deep",
        advice: "recipes cannot have such")
    }
    var paths: [[ImportedLayer]] = []
    for group in try groups(values, from: start, kind, node) {
      guard group.count > 1 else {
        paths.append(try layers(from: start, to: group[0], nesting: nesting))
        continue
      }
      let parting = steps[group.map(\.index).reduce(nil) { common($0, $1) } ?? 0]
      guard !group.dropFirst().contains(where: { $0 === group[0] }) else {
        throw node.failure("it joins a value with itself")
      }
      let inner = try self.join(kind, group, from: parting, of: join, nesting: nesting + 1)
      paths.append(try layers(from: start, to: parting, nesting: nesting) + [inner])
    }
    let all = flat(paths, kind)
    // Sums of three are one layer, which adds paths of one row last.
    if kind == .add, all.count == 2, let residual = residual(paths, values, start) { return residual }
    var layer = ImportedLayer("branches", [("join", .word(kind.rawValue))])
    layer.parts = all.map { ("paths", $0) }
    return layer
  }

  /// The values in groups whose paths part later than at `start`.
  private func groups(_ values: [Step], from start: Step, _ kind: Step.Join, _ node: ONNXNode) throws -> [[Step]] {
    var groups: [(key: Int?, values: [Step])] = []
    for value in values {
      var key: Int? = value === start ? nil : value.index
      while let place = key, dominators[place] != start.index { key = dominators[place] }
      guard let known = groups.firstIndex(where: { $0.key == key }) else {
        groups.append((key, [value]))
        continue
      }
      guard key != nil else { throw node.failure("it joins a value with itself") }
      guard kind != .concat || known == groups.count - 1 else {
        throw node.failure(
          "it joins values with a layer in common, but not one after the other",
          advice: "paths that begin with the same layer must be neighbours")
      }
      groups[known].values.append(value)
    }
    return groups.map(\.values)
  }

  /// Sums and concatenations of two at a time as one.
  private func flat(_ paths: [[ImportedLayer]], _ kind: Step.Join) -> [[ImportedLayer]] {
    paths.enumerated().flatMap { index, path -> [[ImportedLayer]] in
      guard path.count == 1, path[0].kind == "branches", path[0][key: "join"]?.text == kind.rawValue,
        kind == .concat || kind == .add && index == 0
      else { return [path] }
      return path[0].parts.map(\.layers)
    }
  }

  /// A sum with the input itself, or with a projection of it.
  private func residual(_ paths: [[ImportedLayer]], _ values: [Step], _ start: Step) -> ImportedLayer? {
    guard paths.count == 2, values.count == 2, values[0].form == values[1].form else { return nil }
    let body: [ImportedLayer]
    let shortcut: [ImportedLayer]
    if paths[1].isEmpty || isProjection(paths[1]) && !paths[0].isEmpty {
      (body, shortcut) = (paths[0], paths[1])
    } else if paths[0].isEmpty || isProjection(paths[0]) {
      (body, shortcut) = (paths[1], paths[0])
    } else {
      return nil
    }
    var layer = ImportedLayer("residual")
    layer.parts = [("body", body)] + (shortcut.isEmpty ? [] : [("shortcut", shortcut)])
    return layer
  }

  private func isProjection(_ path: [ImportedLayer]) -> Bool {
    ["conv1d", "conv2d", "linear"].contains(path.first?.kind)
      && (path.count == 1 || path.count == 2 && path[1].kind == "batch-norm")
  }
}
