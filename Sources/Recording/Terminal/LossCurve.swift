/// The course of a loss in a limited number of points, each the mean of equally many steps.
package struct LossCurve {
  private static let points = 128

  private var means: [Double] = []
  private var stepsPerPoint = 1
  private var sum = 0.0
  private var steps = 0

  /// A curve without points.
  package init() {}

  /// Adds a step's loss. Losses that are not finite, or whose sums would not be, are left out.
  package mutating func add(_ loss: Double) {
    guard loss.magnitude < 1e290 else { return }
    sum += loss
    steps += 1
    guard steps == stepsPerPoint else { return }
    means.append(sum / Double(steps))
    (sum, steps) = (0, 0)
    guard means.count == LossCurve.points else { return }
    means = stride(from: 0, to: means.count, by: 2).map { (means[$0] + means[$0 + 1]) / 2 }
    stepsPerPoint *= 2
  }

  /// The points, the last one the mean of fewer steps.
  private var all: [Double] { steps > 0 ? means + [sum / Double(steps)] : means }

  /// The lowest and the highest point; nil before the first step.
  package var bounds: ClosedRange<Double>? {
    guard let lowest = all.min(), let highest = all.max() else { return nil }
    return lowest...highest
  }

  /// The whole course as a line of `width` blocks, the highest loss, or that of `bounds`, as the tallest; empty before the first
  /// step.
  package func sparkline(width: Int, bounds: ClosedRange<Double>? = nil) -> String {
    let all = all
    guard width > 0, let bounds = bounds ?? self.bounds else { return "" }
    let blocks = Array("▁▂▃▄▅▆▇█")
    let cells = min(width, all.count)
    let length = max(bounds.upperBound - bounds.lowerBound, .leastNormalMagnitude)
    return String(
      (0..<cells).map { cell in
        let part = all[cell * all.count / cells..<(cell + 1) * all.count / cells]
        let height = (part.reduce(0, +) / Double(part.count) - bounds.lowerBound) / length
        return blocks[min(Int(height * Double(blocks.count)), blocks.count - 1)]
      })
  }
}
