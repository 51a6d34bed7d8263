import Diagnostics
import Formats
import Tensors

/// The labels of the samples in a `.ts` file: classes or numbers.
struct TSLabels {
  /// The names of the classes; empty before `targets`, if the file lists none.
  private(set) var classNames: [String]
  private let kind: NumPyDataset.TargetKind?
  private let path: String
  /// Whether the classes are those of the training samples, not the file's own.
  private let areTrained: Bool
  private var indices: [String: Int32]
  private var labels: [String] = []
  private var classes: [Int32] = []
  private var numbers: [Float] = []

  /// Checks that a file's tags fit the kind of targets; nil if labels are not needed.
  /// - Throws: `Failure` (data, configuration) naming the tag.
  init(_ header: TSHeader, _ kind: NumPyDataset.TargetKind?, path: String, classNames names: [String]?) throws {
    self.kind = kind
    self.path = path
    areTrained = names != nil
    classNames = []
    if let kind { try TSLabels.check(header, kind, path: path) }
    if kind == .classes, case .classes(let listed) = header.label { classNames = names ?? listed }
    indices = Dictionary(uniqueKeysWithValues: zip(classNames, Int32(0)...))
  }

  private static func check(_ header: TSHeader, _ kind: NumPyDataset.TargetKind, path: String) throws {
    switch (kind, header.label) {
    case (_, nil):
      throw Failure(
        .data, "\(path): there is no @classLabel before @data",
        advice: "write @classLabel true and the names of the classes if the last field of each sample is its class, or "
          + "@targetLabel true if it is a number")
    case (_, .channel?):
      throw Failure(
        .data, "\(path): the samples have no \(kind == .classes ? "class" : "number"), as the tags say",
        advice: "samples to train and to measure on need one as their last field, and @classLabel true or "
          + "@targetLabel true")
    case (.classes, .number?):
      throw Failure(
        .configuration, "the loss compares with classes, but \(path) has numbers, as @targetLabel says",
        advice: "to learn numbers, write loss: mse")
    case (.values, .classes?):
      throw Failure(
        .configuration, "the loss compares with numbers, but \(path) has classes, as @classLabel says",
        advice: "classes go with loss: cross-entropy")
    case (.classes, .classes?), (.values, .number?): return
    }
  }

  /// Takes the label of a sample.
  /// - Throws: `Failure` (data) naming the line, if it is not one of the classes or not a number.
  mutating func take(_ sample: TSReader.Sample) throws {
    guard let kind else { return }
    let label = sample.label ?? ""
    switch kind {
    case .values:
      guard let number = Float(label), number.isFinite else {
        throw fault(
          sample, "the last field, \"\(shortened(label))\", is not a finite number", "the target is one number")
      }
      numbers.append(number)
    case .classes where classNames.isEmpty: labels.append(label)
    case .classes:
      guard let index = indices[label] else {
        throw fault(
          sample,
          "\"\(shortened(label))\" is not a class \(areTrained ? "of the training samples" : "that @classLabel names")",
          "\(areTrained ? "they have" : "these are") the classes \(listed(classNames, most: 20))")
      }
      classes.append(index)
    }
  }

  private func fault(_ sample: TSReader.Sample, _ message: String, _ advice: String) -> Failure {
    let failure = Failure(.data, "\(path):\(sample.line): \(message)", advice: advice)
    return sample.endsFile ? TSReader.cutShort(failure) : failure
  }

  /// The targets of all samples.
  /// - Throws: `Failure` (data) if there are no samples.
  mutating func targets(count: Int) throws -> SequenceTargets {
    guard let kind else { return .none(count: count) }
    guard count > 0 else {
      throw Failure(.data, "\(path): there are no samples after @data", advice: "each line is one sample")
    }
    guard kind == .classes else { return .numbers(RaggedSteps(rows: numbers, features: 1), shape: .vector(1)) }
    guard classNames.isEmpty else { return .classes(classes) }
    classNames = ClassLabels.sorted(Set(labels))
    indices = Dictionary(uniqueKeysWithValues: zip(classNames, Int32(0)...))
    return .classes(labels.map { indices[$0] ?? 0 })
  }
}
