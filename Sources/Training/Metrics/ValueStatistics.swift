import Collectives

/// One output of a row, and its target.
struct ValueRow: SampleRow {
  let sample: Int32
  /// The output's index.
  let index: Int32
  let output, target: Float
}

/// Statistics of outputs that are numbers.
struct ValueStatistics: MetricStatistics {
  private struct Output {
    /// The number of rows.
    var rows = 0
    /// The sums of |d| and d², d = output − target.
    var absolute = ExactSum()
    var squared = ExactSum()
    /// The sums of the targets and of their squares.
    var target = ExactSum()
    var targetSquared = ExactSum()
  }

  private var outputs: [Output]

  /// Nothing added.
  init(outputs: Int) {
    self.outputs = Array(repeating: Output(), count: outputs)
  }

  mutating func add(_ row: ValueRow, times: Int) {
    let (index, factor, target) = (Int(row.index), Double(times), Double(row.target))
    let difference = Double(row.output) - target
    outputs[index].rows += times
    outputs[index].absolute.add(difference.magnitude * factor)
    outputs[index].squared.add(difference * difference * factor)
    outputs[index].target.add(target * factor)
    outputs[index].targetSquared.add(target * target * factor)
  }

  mutating func sum(over communicator: any Communicator) throws {
    let all = try SummedNumbers(
      counts: outputs.map(\.rows), sums: outputs.flatMap { [$0.absolute, $0.squared, $0.target, $0.targetSquared] },
      over: communicator)
    for index in outputs.indices {
      let sums = all.sums[4 * index..<4 * index + 4]
      let first = sums.startIndex
      outputs[index] = Output(
        rows: all.counts[index], absolute: sums[first], squared: sums[first + 1], target: sums[first + 2],
        targetSquared: sums[first + 3])
    }
  }

  func parts(of metric: Metric) -> [Double?] {
    outputs.map { output in
      guard output.rows > 0 else { return nil }
      let rows = Double(output.rows)
      let value: Double? =
        switch metric {
        case .mae: output.absolute.value / rows
        case .rmse: (output.squared.value / rows).squareRoot()
        case .r2: ValueStatistics.variation(output).map { 1 - output.squared.value / $0 }
        default: nil
        }
      return value.flatMap { $0.isFinite ? $0 : nil }
    }
  }

  /// Nil if an output has no value, except R², which leaves such outputs out.
  func value(of metric: Metric) -> Double? {
    let parts = parts(of: metric)
    return metric != .r2 && parts.contains(nil) ? nil : parts.mean
  }

  /// The sum of (y − mean of y)² = Σ y² − (Σ y)² / n, computed with twice a double's digits, since the terms may nearly cancel.
  /// Nil if all targets are alike, which is less than the rounding of floats.
  private static func variation(_ output: Output) -> Double? {
    let (rows, sum, squares) = (Double(output.rows), output.target.parts, output.targetSquared.parts)
    let product = sum.high * sum.high
    let rest = (-product).addingProduct(sum.high, sum.high) + 2 * sum.high * sum.low
    let quotient = product / rows
    let remainder = (product.addingProduct(-quotient, rows) + rest) / rows
    let result = (squares.high - quotient) + (squares.low - remainder)
    return result > squares.high * 0x1p-50 ? result : nil
  }
}
