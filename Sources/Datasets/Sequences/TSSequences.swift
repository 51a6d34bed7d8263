import Diagnostics
import Formats

/// The samples of a `.ts` file, whose values are float64 until they are standardized.
package struct TSSequences {
  private var inputs: RaggedSteps<Double>
  private let targets: SequenceTargets
  private let classNames: [String]
  private let path: String
  private let names: SequenceDataset.Names
  private let notices: [String]

  /// Reads a file whole.
  /// - Parameters:
  ///   - targets: the kind of targets that the loss needs; nil for inputs of a trained model, which need none.
  ///   - missing: what becomes of missing values.
  ///   - classNames: the names of the training samples' classes; nil to use those that `@classLabel` lists or, if it
  ///     lists none, those that occur.
  ///   - channels: the number of channels of a trained model's inputs.
  ///   - report: called for each sample of inputs that cannot be read; throws the failure by default.
  /// - Throws: `Failure` (noInput, inputOutput, data) naming the file, the line and what would be right.
  package init(
    contentsOf path: String, targets kind: NumPyDataset.TargetKind?, missing: MissingValues,
    classNames: [String]? = nil, channels: Int? = nil, report: (Failure) throws -> Void = { throw $0 }
  ) throws {
    var reader = try TSReader(contentsOf: path, channels: channels)
    var labels = try TSLabels(reader.header, kind, path: path, classNames: classNames)
    var inputs: RaggedSteps<Double>?
    var (lines, numbers, holes): ([Int32], [Int32], [(missing: Int, alone: Int)]) = ([], [], [])
    var number: Int32 = 0
    let work = LongWork("reading \(path)", total: reader.progress.all)
    while true {
      defer { number += 1 }
      if number.isMultiple(of: 16) { work.show(done: reader.progress.done) }
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
    self.inputs = inputs ?? RaggedSteps(features: 1)
    targets = try labels.targets(count: lines.count)
    self.classNames = labels.classNames
    self.path = path
    names = .lines(lines, numbers: numbers)
    notices = TSSequences.notices(holes, missing, path: path)
  }

  /// Number of samples.
  package var count: Int { inputs.count }
  /// The class of each sample; nil if targets are numbers.
  package var classes: [Int32]? { targets.classes }

  /// The means and deviations of the channels over all steps of these samples.
  package func scales(of samples: [Int]) -> ChannelScales { ChannelScales(of: inputs, samples: samples) }

  /// The data set of the samples, standardized and then rounded to float32; `scales` are those of the training, for
  /// `channel`.
  /// - Throws: `Failure` (data) if the training has other channels.
  package consuming func dataset(_ standardization: Standardization, by scales: ChannelScales?) throws
    -> SequenceDataset
  {
    switch standardization {
    case .none: break
    case .sample:
      for sample in 0..<count {
        ChannelScales(of: inputs, samples: [sample]).apply(to: &inputs, steps: inputs.steps(of: sample))
      }
    case .channel:
      guard let scales else { preconditionFailure("channels are standardized by the scales of the training") }
      guard count == 0 || scales.means.count == inputs.features else {
        throw Failure(
          .data,
          "\(path): the samples have \(counted(inputs.features, "channel")), but those of the training have "
            + "\(scales.means.count)", advice: "give samples with the channels of the training, in their order")
      }
      scales.apply(to: &inputs, steps: 0..<inputs.values.count / inputs.features)
    }
    return SequenceDataset(
      inputs.rounded, targets: targets, classNames: classNames, path: path, names: names, scales: scales,
      notices: notices)
  }

  /// The failure if a sample must have no missing value.
  private static func missing(in sample: TSReader.Sample, path: String) -> Failure {
    let place = sample.values.firstIndex(where: \.isNaN) ?? 0
    return Failure(
      .data,
      "\(path):\(sample.line): channel \(place / sample.steps), step \(place % sample.steps): the value is missing",
      advice:
        "data.missing: interpolate puts values between the neighbours there, and zero puts 0; or leave the sample "
        + "out")
  }

  /// A notice about missing values, if there are any; `holes` are their numbers in each sample that has some, and those of
  /// channels without any value.
  private static func notices(
    _ holes: [(missing: Int, alone: Int)], _ missing: MissingValues, path: String
  ) -> [String] {
    guard !holes.isEmpty else { return [] }
    let all = holes.reduce(0) { $0 + $1.missing }
    let alone = holes.reduce(0) { $0 + $1.alone }
    let filled =
      if missing != .interpolate {
        "0"
      } else if alone == all {
        "0, in a channel without any"
      } else {
        "values between their neighbours" + (alone > 0 ? ", or 0 in a channel without any" : "")
      }
    return [
      "\(path): \(counted(all, "value")) of \(counted(holes.count, "sample")) \(all == 1 ? "is" : "are") missing and "
        + "\(all == 1 ? "becomes" : "become") \(filled) (data.missing: \(missing))"
    ]
  }
}
