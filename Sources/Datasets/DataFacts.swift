/// Facts about the data that a trained model depends on. The run keeps them, so that outputs can be named and new
/// inputs read without the training data.
public struct DataFacts: Codable, Equatable, Sendable {
  /// The extents of one input.
  public var inputShape: [Int]
  /// The classes' names in the order of their indices; empty if targets are numbers.
  public var classNames: [String]
  /// The names of the numbers of a target in their order; nil if they have none, or if this was not recorded.
  public var targetNames: [String]?
  /// The characters of text inputs in the order of their indices; nil if inputs are not text.
  public var alphabet: String?
  /// The names of the input columns, or their indices from "0" on; nil if inputs are not rows of a table.
  public var columns: [String]?
  /// Whether samples differ in length, as `Dataset.hasLengths` says; nil if this was not recorded.
  public var hasLengths: Bool?
  /// True if each step of a sequence has a target; nil if samples have one, or if this was not recorded.
  public var targetsAreOfSteps: Bool?
  /// The mean of each channel, by which inputs are standardized; nil if they are not.
  public var channelMeans: [Double]?
  /// The deviation of each channel, by which inputs are standardized; nil if they are not.
  public var channelDeviations: [Double]?
  /// The weights by which the loss balances the training samples; nil if it does not.
  public var balancingWeights: [Double]?
  /// The files of the data as the run found them when it began; nil if this was not recorded.
  public var files: [DataFile]?

  /// Bundles the facts.
  public init(
    inputShape: [Int], classNames: [String], targetNames: [String] = [], alphabet: String? = nil,
    columns: [String]? = nil, hasLengths: Bool? = nil, targetsAreOfSteps: Bool? = nil, channelMeans: [Double]? = nil,
    channelDeviations: [Double]? = nil
  ) {
    self.inputShape = inputShape
    self.classNames = classNames
    self.targetNames = targetNames.isEmpty ? nil : targetNames
    self.alphabet = alphabet
    self.columns = columns
    self.hasLengths = hasLengths
    self.targetsAreOfSteps = targetsAreOfSteps
    self.channelMeans = channelMeans
    self.channelDeviations = channelDeviations
  }

  /// Whether an input can have this shape; false hints at a damaged file.
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
  /// The shape, the names of classes or targets, and whether there are lengths.
  public var facts: DataFacts {
    DataFacts(
      inputShape: inputShape.extents, classNames: classNames, targetNames: targetNames, hasLengths: hasLengths)
  }
}
