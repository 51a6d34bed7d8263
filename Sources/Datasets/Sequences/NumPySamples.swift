import Diagnostics
import Formats

/// The samples of a NumPy archive, padded or not.
package struct NumPySamples {
  /// The samples.
  package let data: any Dataset
  /// Notices about the arrays.
  package let notices: [String]
  /// A hint that `x` or `y` may have another shape than intended; nil if nothing suggests it.
  package let shapeNotice: String?

  /// Reads an archive whole.
  /// - Parameters: as those of `NumPyDataset`.
  /// - Throws: `Failure` (noInput, data) naming the file, the array and what would be right.
  package init(
    contentsOf path: String, targets kind: NumPyDataset.TargetKind?, ignoring ignored: Int? = nil,
    padding: SequencePadding, classNames: [String]? = nil,
    report: (_ sample: Int, Failure) throws -> Void = { throw $1 }
  ) throws {
    let archive = try NPZArchive(contentsOf: path)
    // Without y, `NumPyDataset` says what is missing.
    let isWhole = kind == nil || archive.names.contains("y")
    let x = isWhole && NumPySequences.mayBe(archive) ? try archive.array("x") : nil
    if let sequences = try x.flatMap({ try NumPySequences(archive, x: $0, path: path) }) {
      let samples = try sequences.samples(
        targets: kind, ignoring: ignored, padding: padding, classNames: classNames, report: report)
      (data, notices, shapeNotice) = (samples, samples.notices, nil)
    } else {
      let samples = try NumPyDataset(
        archive, x: x, path: path, targets: kind, ignoring: ignored, padding: padding, classNames: classNames,
        report: report)
      (data, notices, shapeNotice) = (samples, samples.notices, samples.shapeNotice)
    }
  }
}
