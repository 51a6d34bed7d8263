/// Where samples begin among the steps of all, one sample after the other.
enum SampleOffsets: Equatable {
  /// `count` samples of `steps` steps each. Nothing is listed: there may be millions.
  case equal(count: Int, steps: Int)
  /// The first step of each sample, and after the last one the number of all steps.
  case listed([Int])

  /// Offsets of samples of these lengths.
  init(lengths: [Int]) {
    self = .listed(lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) })
  }

  /// The number of samples.
  var count: Int {
    switch self {
    case .equal(let count, _): count
    case .listed(let offsets): offsets.count - 1
    }
  }

  /// The number of all steps.
  var total: Int {
    switch self {
    case .equal(let count, let steps): count * steps
    case .listed(let offsets): offsets[offsets.count - 1]
    }
  }

  /// A sample's steps among all.
  func steps(of sample: Int) -> Range<Int> {
    switch self {
    case .equal(_, let steps): sample * steps..<(sample + 1) * steps
    case .listed(let offsets): offsets[sample]..<offsets[sample + 1]
    }
  }

  /// The sample that has a step.
  func sample(ofStep step: Int) -> Int {
    switch self {
    case .equal(_, let steps): step / steps
    case .listed(let offsets): offsets.lastIndex { $0 <= step } ?? 0
    }
  }

  /// The steps of the longest sample.
  var longest: Int {
    switch self {
    case .equal(let count, let steps): count > 0 ? steps : 0
    case .listed(let offsets): zip(offsets, offsets.dropFirst()).lazy.map { $1 - $0 }.max() ?? 0
    }
  }

  /// Whether samples differ in length.
  var differ: Bool {
    guard case .listed(let offsets) = self, offsets.count > 1 else { return false }
    return zip(offsets, offsets.dropFirst()).contains { $1 - $0 != offsets[1] - offsets[0] }
  }
}
