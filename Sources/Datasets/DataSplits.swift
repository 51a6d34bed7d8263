/// The parts of a data source.
public enum Split: String, CaseIterable, Codable, Sendable {
  /// What weights are fitted to.
  case training
  /// What the course of training is judged by.
  case validation
  /// What the result is judged by.
  case test
}

/// The samples that a run trains on, and those it is measured on.
public struct DataSplits {
  /// What weights are fitted to.
  public let training: any Dataset
  /// What the course of training is judged by, if there is a part for it alone.
  public let validation: (any Dataset)?
  /// What the result is judged by, if anything.
  public let test: (any Dataset)?
  /// What people should know of the source, such as files that were left out.
  public let notices: [String]
  /// Why samples or their targets may be shaped otherwise than is meant; nil if nothing hints at it.
  public let shapeNotice: String?
  private let measuredTraining: (any Dataset)?

  /// Bundles the parts; `measuredTraining` is the training samples as they are measured, where these differ from those
  /// trained on, as by random transforms.
  public init(
    training: any Dataset, validation: (any Dataset)? = nil, test: (any Dataset)? = nil, notices: [String] = [],
    shapeNotice: String? = nil, measuredTraining: (any Dataset)? = nil
  ) {
    self.notices = notices
    self.shapeNotice = shapeNotice
    self.measuredTraining = measuredTraining
    self.training = training
    self.validation = validation
    self.test = test
  }

  /// A part, or nil where there is none.
  public subscript(_ split: Split) -> (any Dataset)? {
    switch split {
    case .training: training
    case .validation: validation
    case .test: test
    }
  }

  /// Tells all parts how many ranks of a machine keep samples in memory.
  public func share(amongRanks ranks: Int) {
    for part in all { part.data.share(amongRanks: ranks) }
    measuredTraining?.share(amongRanks: ranks)
  }

  /// A part as evaluations see it, without what chance does to training samples; nil where there is none.
  public func measured(_ split: Split) -> (any Dataset)? {
    split == .training ? measuredTraining ?? training : self[split]
  }

  /// All parts that there are.
  public var all: [(split: Split, data: any Dataset)] {
    Split.allCases.compactMap { split in self[split].map { (split, $0) } }
  }

  /// What is evaluated in the course of training: the validation samples, or the test's where there are none. The test's are
  /// shown only: no weights and no learning rate are chosen by them.
  public var monitored: Split? { validation != nil ? .validation : test != nil ? .test : nil }
}
