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
}

/// How many groups of samples each part of the data has.
public struct SplitGroups: Equatable, Sendable {
  /// The column, array or pattern that says the groups.
  public let source: String
  /// The number of groups in all parts that were divided.
  public let count: Int
  /// The number of groups in each of these parts.
  public let counts: [Split: Int]

  /// Counts the groups of samples in these parts.
  init(_ groups: SampleGroups, parts: [Split]) {
    source = groups.source
    count = Set(groups.names).count
    counts = Dictionary(grouping: groups.names.indices) { parts[$0] }.mapValues { indices in
      Set(indices.map { groups.names[$0] }).count
    }
  }
}
