import Datasets
import Recipes
import Recording

extension DataSummary {
  /// The bounds from which on something is worth a warning.
  private enum Bound {
    /// How many times as many samples the most frequent class has as the rarest.
    static let imbalance = 10
    /// How far the mean of normalized inputs is from 0, and their deviation from 1, as a factor.
    static let (shift, scale) = (1.0, 2.5)
    /// The size of a mean or a deviation that is large for a network.
    static let size = 10.0
    /// How many times as large the largest deviation of a feature is as the smallest.
    static let spread = 100.0
    /// The most names in a message.
    static let names = 5
  }

  /// Faults of the data that are often meant otherwise, each in a sentence or two.
  package var warnings: [String] {
    let found =
      missingClasses + [imbalance].compactMap(\.self) + constantOutputs
      + [constantInputs, notFinite, misfit, sizes].compactMap(\.self) + copies + [contradictions].compactMap(\.self)
    return found.map { "\($0.prefix(1).uppercased())\($0.dropFirst())." } + [shape].compactMap(\.self)
      + splits.commonGroups
  }

  /// Arrays that may have another shape than intended, such as one-hot targets. A network that does not fit them tells; here
  /// is none yet.
  private var shape: String? {
    guard let notice = splits.shapeNotice, !notices.contains(notice) else { return nil }
    return notice.replacing("\n  ", with: "; ") + ". It is right if a sample is \(form)."
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(Bound.names).joined(separator: ", ") + (names.count > Bound.names ? ", …" : "")
  }

  /// Names a feature in a sentence.
  private func input(_ feature: Int) -> String {
    let name = statistics.name(ofFeature: feature)
    return statistics.columns == nil ? name : "the column \(name)"
  }

  /// Classes with no sample in a part.
  private var missingClasses: [String] {
    guard statistics.targets.areClasses else { return [] }
    return statistics.parts.compactMap { part in
      let missing = part.classes.indices.filter { part.classes[$0] == 0 }.map { statistics.classNames[$0] }
      guard !missing.isEmpty else { return nil }
      let isRead = part.isPartial && statistics.targets.areOfSteps ? " that was read" : ""
      let subject =
        missing.count == 1
        ? "no \(part.split.rawValue) sample\(isRead) is of the class \(missing[0])"
        : "no \(part.split.rawValue) sample\(isRead) is of \(Format.count(missing.count)) of "
          + "\(Format.count(part.classes.count)) classes: \(Self.list(missing))"
      return subject
        + (part.split == .training ? "; it cannot be learned" : "; how well it is learned is not measured there")
    }
  }

  /// Classes of which there are many times as many samples as of others.
  private var imbalance: String? {
    guard let counts = statistics[.training]?.classes,
      let rarest = counts.indices.filter({ counts[$0] > 0 }).min(by: { counts[$0] < counts[$1] }),
      let most = counts.indices.max(by: { counts[$0] < counts[$1] }), counts[most] >= Bound.imbalance * counts[rarest]
    else { return nil }
    return
      "the class \(statistics.classNames[most]) comes \(Format.count(counts[most])) times in training, the class "
      + "\(statistics.classNames[rarest]) \(Format.count(counts[rarest])) times: accuracy hides how rare classes do; "
      + "docs/balance.md says what helps"
  }

  /// Targets that are the same in all samples.
  private var constantOutputs: [String] {
    guard let training = statistics[.training] else { return [] }
    let constant = training.outputs.indices.filter { training.outputs[$0].isConstant }
    guard let first = constant.first else { return [] }
    let subject =
      constant.count == 1
      ? "the target of \(statistics.name(ofOutput: first)) is"
      : "the targets of \(Format.count(constant.count)) outputs, such as \(statistics.name(ofOutput: first)), are"
    return [
      "\(subject) \(Self.number(training.outputs[first].least)) \(Self.all(training)): there is nothing to learn"
    ]
  }

  /// Features that are the same in all samples.
  private var constantInputs: String? {
    guard let training = statistics[.training] else { return nil }
    let inputs = training.inputs
    let constant = inputs.indices.filter { inputs[$0].isConstant }
    guard !constant.isEmpty else { return nil }
    let names = constant.prefix(Bound.names + 1).map {
      "\(statistics.name(ofFeature: $0)) (\(Self.number(inputs[$0].least)))"
    }
    let leaves = recipe.data is CSVEntry || recipe.data is CSVSequencesEntry
    return
      "\(Format.count(constant.count, "input")) of \(Format.count(inputs.count)) \(constant.count == 1 ? "is" : "are") the same "
      + "\(Self.all(training)): \(Self.list(names))" + (leaves ? "; data.ignore leaves out columns" : "")
  }

  /// The training samples that were read, as the end of a sentence.
  private static func all(_ training: PartStatistics) -> String {
    training.isPartial
      ? "in the \(Format.count(training.examined, "training sample")) that were read" : "in all training samples"
  }

  /// Inputs that are no finite numbers.
  private var notFinite: String? {
    let parts = statistics.parts.compactMap { part in
      let count = part.inputs.reduce(0) { $0 + $1.notFinite }
      return count > 0 ? "\(Format.count(count)) in \(part.split.rawValue)" : nil
    }
    return parts.isEmpty
      ? nil : "inputs are infinite or not a number: \(parts.joined(separator: ", ")); training would stop"
  }

  /// A normalization that is not that of this data.
  private var misfit: String? {
    guard let normalization, let inputs = statistics[.training]?.inputs,
      [normalization.mean, normalization.deviation].allSatisfy({ [1, inputs.count].contains($0.count) })
    else { return nil }
    func fault(of name: String, mean: Double, deviation: Double, channel: Int) -> String? {
      let divisor = normalization.deviation.number(ofChannel: channel)
      let (mean, deviation) = (
        (mean - normalization.mean.number(ofChannel: channel)) / divisor, deviation / divisor
      )
      guard mean.magnitude > Bound.shift || deviation > Bound.scale || deviation < 1 / Bound.scale else { return nil }
      return
        "after the recipe's normalization \(name) has mean \(Self.number(mean)) and deviation "
        + "\(Self.number(deviation)), not about 0 and 1" + (normalizationText.map { ": write \($0)" } ?? "")
    }
    let varied = inputs.indices.filter { !inputs[$0].isConstant }
    // One number for all channels is compared with all together: single ones may well be elsewhere.
    if inputs.count > 1, !varied.isEmpty, normalization.mean.count == 1, normalization.deviation.count == 1 {
      let common = InputScales.common(means: inputs.map(\.mean), deviations: inputs.map(\.deviation))
      return fault(of: "an input", mean: common.mean, deviation: common.deviation, channel: 0)
    }
    return varied.lazy.compactMap {
      fault(of: input($0), mean: inputs[$0].mean, deviation: inputs[$0].deviation, channel: $0)
    }.first
  }

  /// Inputs of a source without normalization that are large, or differ much in size.
  private var sizes: String? {
    guard normalization == nil, recipe.data.standardize == .none, statistics.alphabet == nil,
      let inputs = statistics[.training]?.inputs
    else { return nil }
    let varied = inputs.indices.filter { inputs[$0].count > 0 && !inputs[$0].isConstant && !inputs[$0].isBinary }
    guard let largest = varied.max(by: { inputs[$0].deviation < inputs[$1].deviation }),
      let smallest = varied.min(by: { inputs[$0].deviation < inputs[$1].deviation })
    else { return nil }
    let advice =
      normalizationText.map { "write \($0)" }
      ?? "subtract each one's mean and divide by its deviation in the files, by the numbers of the training samples"
    let far = varied.first { max(inputs[$0].mean.magnitude, inputs[$0].deviation) > Bound.size }
    if let far {
      return
        "\(input(far)) has mean \(Self.number(inputs[far].mean)) and deviation "
        + "\(Self.number(inputs[far].deviation)); networks learn best about 0 and 1: \(advice)"
    }
    guard inputs[largest].deviation > Bound.spread * inputs[smallest].deviation else { return nil }
    return
      "\(input(largest)) has deviation \(Self.number(inputs[largest].deviation)), "
      + "\(input(smallest)) \(Self.number(inputs[smallest].deviation)): a network hardly sees the "
      + "smaller one: \(advice)"
  }

  /// Samples that are in two parts.
  private var copies: [String] {
    statistics.copies.found.filter { $0.first != $0.second }.map { found in
      let one = found.count == 1
      return
        "\(Format.count(found.count, "\(found.second.rawValue) sample")) \(one ? "has" : "have") the inputs of a "
        + "\(found.first.rawValue) sample: \(pairs(found.examples, of: found.count)); results on "
        + "\(found.second.rawValue) samples look better than they are"
    }
  }

  /// Samples with the same inputs and another class.
  private var contradictions: String? {
    let found = statistics.copies.found
    let count = found.reduce(0) { $0 + $1.contradictions }
    guard count > 0 else { return nil }
    return
      "\(Format.count(count, "sample")) \(count == 1 ? "has" : "have") the inputs of another sample, but another class: "
      + "\(pairs(Array(found.flatMap(\.contradicting).prefix(3)), of: count)); no model can get both right"
  }

  private func pairs(_ pairs: [SampleCopies.Pair], of count: Int) -> String {
    pairs.map {
      "\(text(of: $0.copy)) (\($0.copy.split.rawValue)) and \(text(of: $0.first)) (\($0.first.split.rawValue))"
    }
    .joined(separator: "; ") + (count > pairs.count ? "; …" : "")
  }
}
