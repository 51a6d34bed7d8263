/// What becomes of missing values of sequences.
public enum MissingValues: String, CaseIterable, Sendable {
  /// The line between the neighbours in the channel; before the first value and after the last one, that value.
  case interpolate
  /// Zero.
  case zero
  /// The file is refused.
  case error
}

extension RaggedSteps<Double> {
  /// Replaces the values of a sample that are NaN, and returns their number, and how many of them are of channels without any
  /// value, which become 0.
  mutating func fill(sample: Int, by rule: MissingValues) -> (missing: Int, alone: Int) {
    let steps = steps(of: sample)
    return (0..<features).reduce((0, 0)) { sum, channel in
      let missing = fill(channel: channel, steps, by: rule)
      return (sum.0 + missing, sum.1 + (missing == steps.count ? missing : 0))
    }
  }

  private mutating func fill(channel: Int, _ steps: Range<Int>, by rule: MissingValues) -> Int {
    func place(_ step: Int) -> Int { step * features + channel }
    var missing = 0
    var last: Int?
    var step = steps.lowerBound
    while step < steps.upperBound {
      guard values[place(step)].isNaN else {
        last = step
        step += 1
        continue
      }
      let next = (step..<steps.upperBound).first { !values[place($0)].isNaN }
      let end = next ?? steps.upperBound
      missing += end - step
      let ends = [last, next].compactMap(\.self).map { values[place($0)] }
      for hole in step..<end {
        guard rule == .interpolate, let first = ends.first, let other = ends.last else {
          values[place(hole)] = 0
          continue
        }
        let share = last.flatMap { last in next.map { Double(hole - last) / Double($0 - last) } } ?? 0
        values[place(hole)] = first + (other - first) * share
      }
      step = end
    }
    return missing
  }
}
