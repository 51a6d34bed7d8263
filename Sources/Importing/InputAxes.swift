import Diagnostics

extension NetworkReader {
  /// What the axes of the network's input mean: the first node that gives axes a meaning tells.
  func inputAxes(_ input: String, rank: Int, isIndices: Bool) throws -> [Axis] {
    if isIndices && rank <= 2 && rank > 0 { return rank == 1 ? [.batch] : [.batch, .step] }
    guard (2...4).contains(rank) else {
      throw Failure(
        .data, "the input \"\(shown(input))\" has \(counted(rank, "axis").replacing("axiss", with: "axes"))",
        advice: "a network has vectors, sequences or images: 2, 3 or 4 axes with that of the batch")
    }
    guard rank > 2 else { return [.batch, .feature] }
    let known = meaning(of: input, rank: rank)
    return (0..<rank).map { axis in
      if axis == known.batch { return .batch }
      if axis == known.feature { return .feature }
      guard rank == 4 else { return .step }
      let first = (0..<rank).first { $0 != known.batch && $0 != known.feature }
      return axis == first ? .height : .width
    }
  }

  /// The axes of the samples and of the features.
  private func meaning(of input: String, rank: Int) -> (batch: Int, feature: Int) {
    // For each value with the input's axes in some order, that order.
    var orders = [input: Array(0..<rank)]
    for node in nodes {
      guard let name = node.inputs.first(where: { orders[$0] != nil }), let order = orders[name] else { continue }
      var result = order
      switch node.type {
      case "Transpose":
        let permutation = node.ints("perm") ?? order.indices.reversed()
        guard permutation.sorted() == Array(0..<rank) else { continue }
        result = permutation.map { order[$0] }
      case "Conv", "ConvTranspose", "BatchNormalization", "MaxPool", "AveragePool", "GlobalAveragePool",
        "GlobalMaxPool",
        "InstanceNormalization", "GroupNormalization", "LRN":
        return (order[0], order[1])
      case "MatMul", "LayerNormalization": return (order[0], order[rank - 1])
      case "LSTM", "GRU", "RNN": return node.int("layout", 0) == 0 ? (order[1], order[2]) : (order[0], order[2])
      case "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Gather", "ReduceMean", "ReduceMax", "Concat", "Shape":
        continue
      default: break
      }
      for output in node.outputs where !output.isEmpty { orders[output] = result }
    }
    return (0, rank == 4 ? 1 : rank - 1)
  }
}
