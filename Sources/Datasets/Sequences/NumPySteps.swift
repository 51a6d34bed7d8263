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

  /// Where samples begin among the steps that are there.
  let offsets: SampleOffsets
  private let rows: Rows

  /// The steps of the samples of arrays whose `x` has the shape `x`. Vectors and images have one step.
  /// - Parameter padding: the end at which the file pads, if it does.
  /// - Throws: `Failure` (data) naming the array, the index and the value.
  init(_ arrays: any ArrayCollection, x: [Int], padding: SequencePadding, path: String) throws {
    if x.count <= 2, arrays.names.contains("lengths") || arrays.names.contains("offsets") {
      self.init(joined: try SequenceOffsets(arrays, path: path, x: x).offsets)
    } else {
      let steps = x.count == 3 ? x[1] : 1
      let lengths = try arrays.names.contains("lengths") ? arrays.lengths(x: x, path: path) : nil
      self.init(count: x[0], steps: steps, lengths: lengths, padding: padding)
    }
  }

  /// The steps of samples that stand one after the other, and begin at these.
  init(joined offsets: [Int]) {
    self.offsets = .listed(offsets)
    rows = .joined
  }

  /// The steps of `count` samples in rows of `steps` steps, of which `lengths` are there; nil for all.
  init(count: Int, steps: Int, lengths: [Int]? = nil, padding: SequencePadding = .behind) {
    offsets = lengths.map { SampleOffsets(lengths: $0) } ?? .equal(count: count, steps: steps)
    rows = .separate(steps, padding: padding, isPadded: lengths != nil)
  }

  /// The number of samples.
  var count: Int { offsets.count }
  /// The number of steps that are there.
  var total: Int { offsets.total }
  /// The steps of each sample's row, with padding; nil if samples stand one after the other.
  var stepsOfRow: Int? { if case .separate(let steps, _, _) = rows { steps } else { nil } }
  /// Whether samples differ in length.
  var differ: Bool { offsets.differ }

  /// The number of a sample's steps.
  func length(of sample: Int) -> Int { offsets.steps(of: sample).count }

  /// A sample's steps in the arrays.
  func places(of sample: Int) -> Range<Int> {
    let length = length(of: sample)
    return switch rows {
    case .joined: offsets.steps(of: sample)
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
    let sample = offsets.sample(ofStep: step)
    return places(of: sample).lowerBound + step - offsets.steps(of: sample).lowerBound
  }

  /// A sample's steps in the arrays, with those of padding.
  private func row(of sample: Int) -> Range<Int> {
    stepsOfRow.map { sample * $0..<(sample + 1) * $0 } ?? offsets.steps(of: sample)
  }

  /// The numbers of one step in an array of these steps.
  func width(of array: StoredArray) -> Int { array.count / max(1, stepsOfRow.map { $0 * count } ?? total) }

  /// Calls `body` with the numbers of each sample in an array of these steps, those of padding too. Some samples are read at once,
  /// or one if it is larger.
  /// - Throws: `Failure` (inputOutput, data) if the array cannot be read, and what `body` throws.
  func forEachSample(
    of array: StoredArray, _ body: (_ sample: Int, UnsafeBufferPointer<Float>) throws -> Void
  ) throws {
    let width = width(of: array)
    let most = (1 << 20) / max(1, width)
    var buffer: [Float] = []
    var first = 0
    let work = LongWork("reading \(array.source)", total: count)
    while first < count {
      let start = row(of: first).lowerBound
      var end = first + 1
      while end < count, row(of: end).upperBound - start <= most { end += 1 }
      let elements = start * width..<row(of: end - 1).upperBound * width
      if buffer.count < elements.count { buffer = [Float](repeating: 0, count: elements.count) }
      try buffer.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        try array.read(elements, into: base)
        for sample in first..<end {
          let steps = row(of: sample)
          let numbers = UnsafeBufferPointer(
            start: base + (steps.lowerBound - start) * width, count: steps.count * width)
          try body(sample, numbers)
        }
      }
      work.show(done: end)
      first = end
    }
  }

  /// The failure if a number of a sample in an array of these steps is not finite, padding left out; nil if all are. `numbers` are
  /// those of the sample, with those of padding.
  func failure(
    in numbers: UnsafeBufferPointer<Float>, of array: StoredArray, sample: Int, name: String, path: String
  ) -> Failure? {
    let width = width(of: array)
    let (row, places) = (row(of: sample), places(of: sample))
    let start = (places.lowerBound - row.lowerBound) * width
    let there = UnsafeBufferPointer(rebasing: numbers[start..<start + places.count * width])
    return there.firstNonFinite.map {
      failure(there[$0], at: places.lowerBound * width + $0, of: array, sample: sample, name: name, path: path)
    }
  }

  /// The failure for a number that is not finite.
  func failure(
    _ value: Float, at element: Int, of array: StoredArray, sample: Int, name: String, path: String
  ) -> Failure {
    Failure(
      .data, "\(path): \(name)\(array.shape.place(of: element)) is \(value.text) as float32, in sample \(sample)",
      advice: finiteAdvice)
  }

  private var finiteAdvice: String {
    switch rows {
    case .joined: "every number must be finite"
    case .separate(_, _, isPadded: false): "every number must be finite, those of padding too"
    case .separate(_, _, isPadded: true): "every number within lengths must be finite"
    }
  }

  /// A notice that `padding` is named in vain; nil if it is not, or if there is padding.
  func vainNotice(of padding: SequencePadding, path: String) -> String? {
    switch (rows, padding) {
    case (_, .behind), (.separate(_, _, isPadded: true), .front): nil
    case (.joined, .front):
      "\(path): the samples stand one after the other, not padded, so data.padding: front changes nothing"
    case (.separate(_, _, isPadded: false), .front):
      "\(path): there is no array lengths, so data.padding: front changes nothing"
    }
  }

  /// Whether samples stand in rows that may have padding.
  var isPadded: Bool { if case .separate(_, _, isPadded: true) = rows { true } else { false } }
}

extension ArrayCollection {
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

extension [Int] {
  /// The index along each axis of the element at this place of an array of this shape, such as `[2, 0]`.
  func place(of element: Int) -> [Int] {
    var rest = element
    let reversed = reversed().map { length in
      defer { rest /= length }
      return rest % length
    }
    return reversed.reversed()
  }
}

extension NPYArray {
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
