/// The parts of the data.
public enum Split: String, CaseIterable, Codable, Sendable {
  /// The samples that weights are fitted to.
  case training
  /// The samples that are measured during training, to choose weights and learning rates.
  case validation
  /// The samples that the result is measured on.
  case test
}

/// The samples that a run trains on, and those it is measured on.
public struct DataSplits {
  /// The samples that weights are fitted to.
  public let training: any Dataset
  /// The samples that are measured during training; nil if there are none.
  public let validation: (any Dataset)?
  /// The samples that the result is measured on; nil if there are none.
  public let test: (any Dataset)?
  /// Notices about the data, such as files that were left out.
  public let notices: [String]
  /// A hint that samples or targets may have another shape than intended; nil if nothing suggests it.
  public let shapeNotice: String?
  /// What was left out of the files, to explain what fails for lack of it; nil if nothing was.
  public let damageNotice: String?
  /// The images of each folder or list, which `DataEntry.files` does not name; empty if there are none.
  public var images: [DataFile] = []
  /// The groups of samples in each part; nil if samples have none.
  public let groups: SplitGroups?
  private let measuredTraining: (any Dataset)?

  /// Bundles the parts. `measuredTraining` are the training samples for measuring, if they differ from those trained
  /// on, for example by random transforms.
  public init(
    training: any Dataset, validation: (any Dataset)? = nil, test: (any Dataset)? = nil, notices: [String] = [],
    shapeNotice: String? = nil, damageNotice: String? = nil, measuredTraining: (any Dataset)? = nil,
    groups: SplitGroups? = nil
  ) {
    self.notices = notices
    self.groups = groups
    self.shapeNotice = shapeNotice
    self.damageNotice = damageNotice
    self.measuredTraining = measuredTraining
    self.training = training
    self.validation = validation
    self.test = test
  }

  /// A part, or nil if there is none.
  public subscript(_ split: Split) -> (any Dataset)? {
    switch split {
    case .training: training
    case .validation: validation
    case .test: test
    }
  }

  /// Tells all parts what they may use of the machine. `memory` gives as many bytes as it is asked for that the machine's ranks
  /// use together, or nil; it is called in the same order on all ranks.
  public func use(_ machine: MachineShare, memory: (Int) throws -> CacheMemory?) rethrows {
    for data in all.map(\.data) + [measuredTraining].compactMap(\.self) {
      var share = machine
      let bytes = data.cacheBytes
      if bytes > 0 { share.memory = try memory(bytes) }
      data.use(share)
    }
  }

  /// A part for evaluations, without random transforms; nil if there is none.
  public func measured(_ split: Split) -> (any Dataset)? {
    split == .training ? measuredTraining ?? training : self[split]
  }

  /// All parts that exist.
  public var all: [(split: Split, data: any Dataset)] {
    Split.allCases.compactMap { split in self[split].map { (split, $0) } }
  }

  /// The part that is evaluated during training: validation, or test if there is none. Test results are only shown;
  /// they choose no weights and no learning rates.
  public var monitored: Split? { validation != nil ? .validation : test != nil ? .test : nil }
}
