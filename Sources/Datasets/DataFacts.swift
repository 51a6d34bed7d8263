/// What a data source found in its files and a trained model depends on: kept with the run, so that outputs keep their
/// meaning and new inputs can be read where the training data is not at hand.
public struct DataFacts: Codable, Equatable, Sendable {
  /// The extents of one input.
  public var inputShape: [Int]
  /// The classes' names, in the order of their indices; none where targets are numbers.
  public var classNames: [String]
  /// The characters of text inputs, in the order of their indices; nil where inputs are no text.
  public var alphabet: String?
  /// The names of the columns that inputs came from, or their places from "0" on; nil where inputs are no table's rows.
  public var columns: [String]?
  /// Whether samples have lengths of their own, as `Dataset.hasLengths` says; nil where it was not written down.
  public var hasLengths: Bool?

  /// Bundles the facts.
  public init(
    inputShape: [Int], classNames: [String], alphabet: String? = nil, columns: [String]? = nil,
    hasLengths: Bool? = nil
  ) {
    self.inputShape = inputShape
    self.classNames = classNames
    self.alphabet = alphabet
    self.columns = columns
    self.hasLengths = hasLengths
  }

  /// Whether the shape can be that of an input, and not only a damaged file's.
  package var isPossible: Bool {
    guard 1...3 ~= inputShape.count else { return false }
    var count = 1
    for extent in inputShape {
      guard 1...Int(Int32.max) ~= extent else { return false }
      count *= extent
      guard count <= Int(Int32.max) else { return false }
    }
    return true
  }
}

extension Dataset {
  /// The shape, the classes, and whether there are lengths.
  public var facts: DataFacts {
    DataFacts(inputShape: inputShape.extents, classNames: classNames, hasLengths: hasLengths)
  }
}
