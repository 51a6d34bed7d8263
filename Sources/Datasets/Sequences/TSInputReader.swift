import Diagnostics

/// Reads inputs from `.ts` files, with labels or without.
package struct TSInputReader: InputReader {
  private let channels: Int
  private let missing: MissingValues
  private let standardization: Standardization
  private let scales: ChannelScales?

  /// A reader of samples with the channels of the training samples and any number of steps.
  /// - Throws: `Failure` (data) if the facts lack what the standardization needs.
  package init(facts: DataFacts, missing: MissingValues, standardization: Standardization) throws {
    channels = facts.inputShape.last ?? 1
    self.missing = missing
    self.standardization = standardization
    scales = standardization == .channel ? try ChannelScales(facts) : nil
  }

  /// The ending of such files.
  package var fileEndings: [String] { ["ts", "ts.gz"] }

  /// Reads all samples of a file.
  package func samples(_ input: String) throws -> any Dataset { try samples(input) { throw $0 } }

  /// Reads the samples of a file; those with faults are reported.
  package func read(
    file path: String, report: (Failure) -> Void,
    _ body: (any Dataset, _ name: @escaping (Int) -> String) throws -> Void
  ) throws {
    var faults = 0
    let data = try samples(path) {
      faults += 1
      report($0)
    }
    guard data.count > 0 else { return }
    let isOnlyOne = data.count == 1 && faults == 0
    try body(data) { isOnlyOne ? path : data.inputName(of: $0) }
  }

  private func samples(_ path: String, report: (Failure) throws -> Void) throws -> SequenceDataset {
    var faults = 0
    let samples = try TSSequences(contentsOf: path, targets: nil, missing: missing, channels: channels) {
      faults += 1
      try report($0)
    }
    guard samples.count + faults > 0 else {
      throw Failure(.data, "\(path): there are no samples after @data", advice: "each line is one sample")
    }
    return try samples.dataset(standardization, by: scales)
  }
}
