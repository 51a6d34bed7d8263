import Diagnostics
import Formats

/// Where the steps of samples stand in the arrays of a NumPy archive: one sample after the other, or each in a row of its own
/// that may end or begin with padding.
struct NumPySteps {
  /// The rows of the samples.
  private enum Rows {
    /// One sample after the other.
    case joined
    /// So many for each sample; `isPadded` if the archive has their lengths.
    case separate(Int, padding: SequencePadding, isPadded: Bool)
  }

  /// The first step of each sample among those that are there, and after the last one the number of all.
  let offsets: [Int]
  private let rows: Rows

  /// The steps of the samples of an archive whose `x` has the shape `x`. Vectors and images have one step.
  /// - Parameter padding: the end at which the file pads, if it does.
  /// - Throws: `Failure` (data) naming the array, the index and the value.
  init(_ archive: NPZArchive, x: [Int], padding: SequencePadding, path: String) throws {
    if x.count <= 2, archive.names.contains("lengths") || archive.names.contains("offsets") {
      self.init(joined: try SequenceOffsets(archive, path: path, x: x).offsets)
    } else {
      let steps = x.count == 3 ? x[1] : 1
      let lengths = try archive.names.contains("lengths") ? archive.lengths(x: x, path: path) : nil
      self.init(count: x[0], steps: steps, lengths: lengths, padding: padding)
    }
  }

  /// The steps of samples that stand one after the other, and begin at these.
  init(joined offsets: [Int]) {
    self.offsets = offsets
    rows = .joined
  }

  /// The steps of `count` samples in rows of `steps` steps, of which `lengths` are there; nil for all.
  init(count: Int, steps: Int, lengths: [Int]? = nil, padding: SequencePadding = .behind) {
    offsets = (lengths ?? Array(repeating: steps, count: count)).reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    rows = .separate(steps, padding: padding, isPadded: lengths != nil)
  }

  /// The number of samples.
  var count: Int { offsets.count - 1 }
  /// The number of steps that are there.
  var total: Int { offsets[count] }
  /// The steps of each sample's row, with padding; nil if samples stand one after the other.
  var stepsOfRow: Int? { if case .separate(let steps, _, _) = rows { steps } else { nil } }
  /// Whether samples differ in length.
  var differ: Bool { (0..<count).contains { length(of: $0) != length(of: 0) } }

  /// The number of a sample's steps.
  func length(of sample: Int) -> Int { offsets[sample + 1] - offsets[sample] }

  /// A sample's steps in the arrays.
  func places(of sample: Int) -> Range<Int> {
    let length = length(of: sample)
    return switch rows {
    case .joined: offsets[sample]..<offsets[sample + 1]
    case .separate(let steps, .behind, _): sample * steps..<sample * steps + length
    case .separate(let steps, .front, _): (sample + 1) * steps - length..<(sample + 1) * steps
    }
  }

  /// The values of an array of these steps, without those of padding.
  func withoutPadding<Value>(_ values: [Value]) -> [Value] {
    guard let steps = stepsOfRow, steps * count > total else { return values }
    let width = values.count / (steps * count)
    var result: [Value] = []
    result.reserveCapacity(total * width)
    for sample in 0..<count {
      let places = places(of: sample)
      result.append(contentsOf: values[places.lowerBound * width..<places.upperBound * width])
    }
    return result
  }

  /// The number of a step in the arrays.
  func place(ofStep step: Int) -> Int {
    let sample = offsets.lastIndex { $0 <= step } ?? 0
    return places(of: sample).lowerBound + step - offsets[sample]
  }

  /// Checks the numbers of an array of these steps.
  /// - Parameter report: called for each sample with a number that is not finite, padding left out.
  func check(
    _ values: [Float], of array: NPYArray, name: String, path: String, report: (_ sample: Int, Failure) throws -> Void
  ) rethrows {
    let width = values.count / max(1, stepsOfRow.map { $0 * count } ?? total)
    for sample in 0..<count {
      let places = places(of: sample)
      guard
        let wrong = (places.lowerBound * width..<places.upperBound * width).first(where: { !values[$0].isFinite })
      else { continue }
      try report(
        sample,
        Failure(
          .data, "\(path): \(name)\(array.place(of: wrong)) is \(values[wrong].text) as float32, in sample \(sample)",
          advice: finiteAdvice))
    }
  }

  private var finiteAdvice: String {
    switch rows {
    case .joined: "every number must be finite"
    case .separate(_, _, isPadded: false): "every number must be finite, those of padding too"
    case .separate(_, _, isPadded: true): "every number within lengths must be finite"
    }
  }

  /// A notice about padding that seems to be at the other end, or that `padding` names in vain; nil if nothing suggests it.
  /// `x` still has its padding.
  func notice(of x: [Float], padding: SequencePadding, path: String) -> String? {
    switch (rows, padding) {
    case (.joined, .behind), (.separate(_, _, isPadded: false), .behind): nil
    case (.joined, .front):
      "\(path): the samples stand one after the other, not padded, so data.padding: front changes nothing"
    case (.separate(_, _, isPadded: false), .front):
      "\(path): there is no array lengths, so data.padding: front changes nothing"
    case (.separate(let steps, _, isPadded: true), _):
      NumPyHints.otherPadding(of: x, lengths: (0..<count).map(length), steps: steps, padding: padding, path: path)
    }
  }
}

extension NPZArchive {
  /// The array `lengths` of padded sequences.
  fileprivate func lengths(x: [Int], path: String) throws -> [Int] {
    guard x.count == 3 else {
      throw Failure(
        .data, "\(path): there is an array lengths, but x holds images, of the shape \(x)",
        advice: "leave lengths out; sequences are samples × steps × features")
    }
    let array = try array("lengths")
    guard array.shape == [x[0]] else {
      throw Failure(
        .data, "\(path): lengths has the shape \(array.shape)",
        advice: "lengths must be one number of steps for each of the \(x[0]) sequences of x")
    }
    let lengths = try array.wholeNumbers("lengths", path: path)
    if let index = lengths.firstIndex(where: { !(1...x[1]).contains($0) }) {
      throw Failure(.data, "\(path): lengths[\(index)] is \(lengths[index])", advice: "x has 1 to \(x[1]) steps")
    }
    return lengths
  }
}

extension NPYArray {
  /// The index along each axis of the element at this place, such as `[2, 0]`.
  func place(of element: Int) -> [Int] {
    var rest = element
    let reversed = shape.reversed().map { length in
      defer { rest /= length }
      return rest % length
    }
    return reversed.reversed()
  }

  /// The elements of an array of lengths or offsets.
  /// - Throws: `Failure` (data) naming the first one that is no whole number, or too large.
  func wholeNumbers(_ name: String, path: String) throws -> [Int] {
    try doubles().enumerated().map { index, value in
      guard let number = Int32(exactly: value) else {
        let isWhole = value.isFinite && value == value.rounded()
        throw Failure(
          .data, "\(path): \(name)[\(index)] is \(Int(exactly: value).map(String.init) ?? value.text)",
          advice: isWhole
            ? "\(name) are counted in steps, of which there are at most \(Int32.max)"
            : "\(name) are whole numbers, counted in steps")
      }
      return Int(number)
    }
  }
}
