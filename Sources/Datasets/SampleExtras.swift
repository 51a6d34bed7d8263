/// What a data source reads of each sample besides input and target, by the names of columns or arrays.
public struct SampleExtras: Equatable, Sendable {
  /// The weight by which samples are drawn; nil for none.
  public var weight: String?
  /// The group, whose samples are all in one part of the data; nil for none.
  public var group: String?

  /// Names what to read.
  public init(weight: String? = nil, group: String? = nil) {
    self.weight = weight
    self.group = group
  }

  /// The names that are given.
  var names: [String] { [weight, group].compactMap(\.self) }
}
