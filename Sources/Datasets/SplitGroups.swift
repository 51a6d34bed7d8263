import Diagnostics

/// Groups of samples. All samples of a group, such as the images of one patient, are in one part of the data.
public struct SampleGroups: Equatable, Sendable {
  /// The column, array or pattern that says the groups, for messages.
  public let source: String
  /// The name of each sample's group.
  public let names: [String]

  /// Groups with these names.
  public init(_ names: [String], from source: String) {
    self.source = source
    self.names = names
  }

  /// The failure if the target of the samples is to say their groups.
  static func ofTarget(_ name: String, path: String) -> Failure {
    Failure(
      .data, "\(path): data.splitBy names \(name), which is the target: no part would have the targets of another",
      advice: "name what says which samples belong together, such as a patient or a day, or leave splitBy out")
  }
}

/// The groups of samples in each part of the data.
public struct SplitGroups: Equatable, Sendable {
  /// The column, array or pattern that says the groups.
  public let source: String
  /// The names of the groups in each part.
  public private(set) var names: [Split: Set<String>]
  /// The parts that the same samples were divided into; no group is in two of them.
  public private(set) var divided: Set<Split>
  /// Why the groups of a part with samples of its own are not known.
  public private(set) var unknown: [Split: String] = [:]

  /// The number of groups in all parts.
  public var count: Int { names.values.reduce(into: Set()) { $0.formUnion($1) }.count }
  /// The number of groups in each part.
  public var counts: [Split: Int] { names.mapValues(\.count) }

  /// The groups of samples that were divided into these parts.
  init(_ groups: SampleGroups, parts: [Split]) {
    source = groups.source
    names = Dictionary(grouping: groups.names.indices) { parts[$0] }.mapValues { indices in
      Set(indices.map { groups.names[$0] })
    }
    divided = Set(names.keys)
  }

  /// The same groups, if the samples that are not set aside are those of `part`, not for training.
  package func dividing(_ part: Split) -> SplitGroups {
    var groups = self
    groups.names[part] = groups.names.removeValue(forKey: .training)
    groups.divided = Set(groups.names.keys)
    return groups
  }

  /// Takes the groups of a part with samples of its own, or if there are none, the reason.
  package mutating func add(_ groups: SampleGroups?, of part: Split, otherwise reason: @autoclosure () -> String) {
    names[part] = groups.map { Set($0.names) }
    unknown[part] = groups == nil ? reason() : nil
  }

  /// The groups that are in both of two parts: numbers in their order, else texts.
  public func common(to part: Split, and other: Split) -> [String] {
    ClassLabels.sorted(names[part, default: []].intersection(names[other, default: []]))
  }
}
