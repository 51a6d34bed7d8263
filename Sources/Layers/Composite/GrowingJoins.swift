import Tensors

/// Concatenations one after the other, each of which adds features behind those of its input, as in a block of DenseNet. All write
/// to the same rows, which have room for the last one's features: so none copies its input.
struct GrowingJoins {
  /// Where they write.
  let rows: OutputRows
  /// The index of the fusion behind the last of them.
  let end: Int

  /// Plans those that begin at an index; nil if there are not two or more.
  init?(_ fusions: [Fusion], from first: Int, _ plan: inout ArenaPlan, batch: Int) {
    let joins = fusions[first...].prefix { $0.growingJoin != nil }
    guard joins.count > 1, let shape = joins.last?.growingJoin?.outputShape else { return nil }
    // Rows that lie a power of two apart would share few sets of a cache.
    let stride = shape.features.isMultiple(of: 256) ? shape.features + paddedToLanes(1) : shape.features
    rows = OutputRows(plan.activationValues(batch * shape.steps * shape.positions * stride), stride: stride)
    end = joins.endIndex
  }
}

extension Fusion {
  /// The concatenation that this is, if it adds features behind those of its input.
  fileprivate var growingJoin: Branches? {
    guard layers.count == 1, let join = layers[0] as? Branches, join.growsInput else { return nil }
    return join
  }
}

extension Branches {
  /// Whether the outputs are the input and features behind it, both whole groups of lanes.
  fileprivate var growsInput: Bool {
    guard join == .concat, running[0].isEmpty else { return false }
    return [parts[0].outputShape(for: inputShape), outputShape].allSatisfy { $0.features == paddedToLanes($0.features) }
  }
}
