/// The cross-entropy of logits and class labels.
public struct CrossEntropySettings: Equatable, Sendable {
  /// The share of each label that is spread over all classes (Szegedy et al. 2016).
  public var labelSmoothing = 0.0
  /// A weight for each class; nil for 1 each.
  public var classWeights: [Double]?
  /// The label of samples or steps that do not count; nil for none.
  public var ignoreIndex: Int?

  /// Every default.
  public init() {}
}

extension CrossEntropySettings: VariantSettings {
  static let name = "cross-entropy"
  static let doc = "the cross-entropy of logits and a class for each sample or step"

  static let fields: [Field<CrossEntropySettings>] = [
    Field(
      "labelSmoothing", \.labelSmoothing, .number(.from(0, through: 1)),
      "the share of each label that is spread over all classes"),
    Field(
      "classWeights", \.classWeights, .optional(.list(.number(.atLeast(0)))),
      "a weight for each class, or none for 1 each"),
    Field(
      "ignoreIndex", \.ignoreIndex, .optional(.number(.from(-0x8000_0000, through: 0x7fff_ffff))),
      "the label of samples or steps that do not count, or none; a step in which nothing counts changes no weights"),
  ]
}
