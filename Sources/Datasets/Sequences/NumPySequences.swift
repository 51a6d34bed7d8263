import Diagnostics
import Formats
import Tensors

/// A NumPy archive whose `x` holds the steps of all samples one after the other, without padding.
struct NumPySequences {
  private let path: String
  private let archive: NPZArchive
  private let x: NPYArray
  private let offsets: [Int]

  /// Whether an archive has the arrays that such a form needs, beside `x`.
  static func mayBe(_ archive: NPZArchive) -> Bool {
    archive.names.contains("x") && (archive.names.contains("lengths") || archive.names.contains("offsets"))
  }

  /// The archive, if `x` has the form steps × features, or steps alone for one feature; nil for other forms.
  /// - Throws: `Failure` (data) naming what is wrong with these arrays.
  init?(_ archive: NPZArchive, x: NPYArray, path: String) throws {
    guard (1...2).contains(x.shape.count) else { return nil }
    guard !x.shape.contains(0) else {
      throw Failure(
        .data, "\(path): x has the shape \(x.shape)", advice: "x must be the steps of all samples × features")
    }
    self.path = path
    self.archive = archive
    self.x = x
    offsets = try SequenceOffsets(archive, path: path, x: x.shape).offsets
  }

  /// The samples.
  /// - Parameters: as those of `NumPyDataset`.
  /// - Throws: `Failure` (data) naming the array and what would be right.
  func samples(
    targets kind: NumPyDataset.TargetKind?, ignoring ignored: Int?, padding: SequencePadding, classNames: [String]?,
    report: (_ sample: Int, Failure) throws -> Void
  ) throws -> SequenceDataset {
    let count = offsets.count - 1
    var targets = SequenceTargets.none(count: count)
    var names: [String] = []
    switch kind {
    case nil: break
    case .classes:
      let y = try NumPySequenceClasses(archive.array("y"), offsets: offsets, path: path, ignored: ignored, classNames)
      (targets, names) = (y.targets, y.names)
    case .values: targets = try numbers(archive.array("y"))
    }
    let features = x.shape.count == 2 ? x.shape[1] : 1
    let values = try x.floats("x", path: path, offsets: offsets, report: report)
    let read = ["x", "y"] + ["lengths", "offsets"].filter(archive.names.contains)
    let unused =
      padding == .front
      ? ["\(path): the samples stand one after the other, not padded, so data.padding: front changes nothing"] : []
    return SequenceDataset(
      RaggedSteps(features: features, values: values, offsets: offsets), targets: targets, classNames: names,
      path: path,
      notices: NumPyHints.notices([("x", x)], names: archive.names, read: read, path: path) + unused)
  }

  /// `y` as numbers for each sample, or for each step.
  private func numbers(_ y: NPYArray) throws -> SequenceTargets {
    let (count, steps) = (offsets.count - 1, x.shape[0])
    guard (1...2).contains(y.shape.count), y.shape.last != 0, y.shape[0] == count || y.shape[0] == steps else {
      throw Failure(
        .data, "\(path): y has the shape \(y.shape)",
        advice: "y must hold numbers for each of the \(count) samples, or for each of their \(steps) steps")
    }
    let width = y.shape.count == 2 ? y.shape[1] : 1
    let areOfSteps = y.shape[0] != count
    let values = try y.floats("y", path: path, offsets: areOfSteps ? offsets : Array(0...count)) { throw $1 }
    return areOfSteps
      ? .stepNumbers(RaggedSteps(features: width, values: values, offsets: offsets)) : .numbers(values, width: width)
  }
}

extension NPYArray {
  /// Converts the elements, rows of the samples that begin at these offsets, to float32.
  /// - Parameter report: called for each sample with a number that is not finite.
  fileprivate func floats(
    _ name: String, path: String, offsets: [Int], report: (_ sample: Int, Failure) throws -> Void
  ) rethrows -> [Float] {
    let values = floats()
    let width = shape.dropFirst().reduce(1, *)
    for sample in 0..<offsets.count - 1 {
      let places = offsets[sample] * width..<offsets[sample + 1] * width
      guard let index = places.first(where: { !values[$0].isFinite }) else { continue }
      let place = shape.count == 2 ? "\(index / width), \(index % width)" : "\(index)"
      try report(
        sample,
        Failure(
          .data, "\(path): \(name)[\(place)] is \(values[index]) as float32, in sample \(sample)",
          advice: "every number must be finite"))
    }
    return values
  }
}
