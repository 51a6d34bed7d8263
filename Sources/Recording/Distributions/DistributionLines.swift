/// Writes `distributions.jsonl`: one line per step whose tensors are recorded.
struct DistributionLines: LineFormat {
  /// Adds a line for a step's tensors.
  func add(_ record: Record, to lines: inout JSONLines) {
    guard case .distributions(let tensors, let step, let epoch) = record else { return }
    lines.add("{\"step\":")
    lines.add(step)
    lines.add(",\"epoch\":")
    lines.add(epoch)
    lines.add(",\"tensors\":")
    lines.add(list: tensors) { add($1, to: &$0) }
    lines.add("}\n")
  }

  private func add(_ tensor: TensorDistribution, to lines: inout JSONLines) {
    lines.add("{\"name\":")
    lines.add(quoted: tensor.name)
    lines.add(",\"kind\":")
    lines.add(quoted: tensor.kind.rawValue)
    lines.add(",\"count\":")
    lines.add(tensor.count)
    lines.add(",\"minimum\":")
    lines.add(tensor.minimum)
    lines.add(",\"maximum\":")
    lines.add(tensor.maximum)
    lines.add(",\"mean\":")
    lines.add(Float(tensor.mean))
    lines.add(",\"standardDeviation\":")
    lines.add(Float(tensor.standardDeviation))
    lines.add(",\"quantiles\":")
    lines.add(list: tensor.quantiles) { $0.add($1) }
    lines.add(",\"histogram\":{\"minimum\":")
    lines.add(tensor.minimum)
    lines.add(",\"maximum\":")
    lines.add(tensor.maximum)
    lines.add(",\"counts\":")
    lines.add(list: tensor.counts) { $0.add($1) }
    lines.add("}}")
  }
}
