/// `distributions.jsonl`: a line for each step whose weights and gradients are recorded.
final class DistributionsFile: RecordSink {
  private let file: GrowingFile
  private var lines = JSONLines()

  /// Starts the file, or goes on behind the first `kept` bytes of one.
  /// - Throws: `Failure` as `GrowingFile` does.
  init(path: String, keeping kept: Int) throws {
    file = try GrowingFile(path: path, keeping: kept)
  }

  /// Puts a line together.
  func take(_ record: Record) {
    guard case .distributions(let tensors, let step, let epoch) = record else { return }
    lines.add("{\"step\":")
    lines.add(step)
    lines.add(",\"epoch\":")
    lines.add(epoch)
    lines.add(",\"tensors\":")
    lines.add(list: tensors) { DistributionsFile.add($1, to: &$0) }
    lines.add("}\n")
  }

  /// Writes the lines to the file.
  func flush() throws -> [String: Int] {
    try file.append(lines.bytes)
    lines.removeAll()
    return [file.name: file.length]
  }

  /// Closes the file.
  func close() throws { try file.close() }

  private static func add(_ tensor: TensorDistribution, to lines: inout JSONLines) {
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
