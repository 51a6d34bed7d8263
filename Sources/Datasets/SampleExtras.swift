/// What a data source reads of each sample besides input and target, by the names of columns or arrays.
public struct SampleExtras: Equatable, Sendable {
  /// The weight by which samples are drawn; nil for none.
  public var weight: String?
  /// The group, whose samples are all in one part of the data; nil for none.
  public var group: String?
  /// Whether a file must have the groups. Where it need not and has none, no groups are read.
  public var needsGroup: Bool

  /// Names what to read.
  public init(weight: String? = nil, group: String? = nil, needsGroup: Bool = true) {
    self.weight = weight
    self.group = group
    self.needsGroup = needsGroup
  }

  /// The names of what is read of a file that has these columns or arrays.
  func names(among all: [String]) -> [String] { [weight, group].compactMap(\.self).filter(all.contains) }
}
