import Diagnostics

/// Reads inputs for a model that was trained on a table with a row for each step: files of such rows.
package struct CSVSequenceReader: InputReader {
  private let form: CSVSequenceForm
  private let style: CSVStyle

  /// A reader of samples with the channels of the training.
  /// - Throws: `Failure` (data) if the facts have no columns.
  package init(facts: DataFacts, style: CSVStyle, sample: String, time: String?) throws {
    guard let channels = facts.columns else {
      throw Failure(
        .data, "the run's data.json holds no columns", advice: "train again: the run was trained on other data")
    }
    form = CSVSequenceForm(
      sample: sample, time: time, targetOf: .sample, columns: CSVColumns(inputs: channels, target: .none))
    self.style = style
  }

  /// The endings of tables.
  package var fileEndings: [String] { ["csv", "tsv", "csv.gz"] }

  /// Reads all samples of a file, which may have further columns.
  package func samples(_ input: String) throws -> any Dataset { try samples(input) { throw $0 } }

  /// Reads the samples of a file; those with faults are reported.
  package func read(
    file path: String, report: (Failure) -> Void,
    _ body: (any Dataset, _ name: @escaping (Int) -> String) throws -> Void
  ) throws {
    let data = try samples(path, report: report)
    if data.count > 0 { try body(data) { data.inputName(of: $0) } }
  }

  private func samples(_ path: String, report: (Failure) throws -> Void) throws -> SequenceDataset {
    try SequenceDataset.reading(csv: path, style: style, form: form, isInput: true, report: report)
  }
}
