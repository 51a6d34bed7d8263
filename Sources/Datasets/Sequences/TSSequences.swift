import Diagnostics
import Formats

extension SequenceDataset {
  /// Reads the samples of a `.ts` file whole.
  /// - Parameters:
  ///   - targets: the kind of targets that the loss needs; nil for inputs of a trained model, which need none.
  ///   - missing: what becomes of missing values.
  ///   - classNames: the names of the training samples' classes; nil to use those that `@classLabel` lists or, if it
  ///     lists none, those that occur.
  ///   - channels: the number of channels of a trained model's inputs.
  ///   - report: called for each sample of inputs that cannot be read; throws the failure by default.
  /// - Throws: `Failure` (noInput, inputOutput, data) naming the file, the line and what would be right.
  package static func reading(
    ts path: String, targets kind: NumPyDataset.TargetKind?, missing: MissingValues, classNames: [String]? = nil,
    channels: Int? = nil, report: (Failure) throws -> Void = { throw $0 }
  ) throws -> SequenceDataset {
    var reader = try TSReader(contentsOf: path, channels: channels)
    var labels = try TSLabels(reader.header, kind, path: path, classNames: classNames)
    var inputs: RaggedSteps?
    var (lines, numbers, holes): ([Int32], [Int32], [Int]) = ([], [], [])
    var number: Int32 = 0
    while true {
      defer { number += 1 }
      do {
        guard let sample = try reader.next() else { break }
        if missing == .error, sample.hasMissing { throw TSSequences.missing(in: sample, path: path) }
        try labels.take(sample)
        var all = inputs ?? RaggedSteps(features: sample.values.count / sample.steps)
        inputs = nil
        all.append(channels: sample.values, steps: sample.steps)
        if sample.hasMissing { holes.append(all.fill(sample: all.count - 1, by: missing)) }
        inputs = all
        lines.append(Int32(truncatingIfNeeded: sample.line))
        numbers.append(number)
      } catch let failure as Failure {
        try report(failure)
      }
    }
    return try SequenceDataset(
      inputs ?? RaggedSteps(features: 1), targets: labels.targets(count: lines.count), classNames: labels.classNames,
      path: path, names: .lines(lines, numbers: numbers), notices: TSSequences.notices(holes, missing, path: path))
  }
}

/// Messages about the samples of `.ts` files.
private enum TSSequences {
  /// The failure if a sample must have no missing value.
  static func missing(in sample: TSReader.Sample, path: String) -> Failure {
    let place = sample.values.firstIndex(where: \.isNaN) ?? 0
    return Failure(
      .data,
      "\(path):\(sample.line): channel \(place / sample.steps), step \(place % sample.steps): the value is missing",
      advice:
        "data.missing: interpolate puts values between the neighbours there, and zero puts 0; or leave the sample "
        + "out")
  }

  /// A notice about missing values, if there are any; `holes` are their numbers in each sample that has some.
  static func notices(_ holes: [Int], _ missing: MissingValues, path: String) -> [String] {
    guard !holes.isEmpty else { return [] }
    let all = holes.reduce(0, +)
    let filled = missing == .interpolate ? "values between their neighbours" : "0"
    return [
      "\(path): \(counted(all, "value")) of \(counted(holes.count, "sample")) \(all == 1 ? "is" : "are") missing and "
        + "\(all == 1 ? "becomes" : "become") \(filled) (data.missing: \(missing))"
    ]
  }
}
