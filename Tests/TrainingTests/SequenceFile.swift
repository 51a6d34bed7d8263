import Datasets
import Formats
import TestSupport

/// Sequences of random lengths, in a file with various paddings.
struct SequenceFile: Sendable {
  /// The kind of targets.
  enum Target: Sendable {
    case aClass, classes, numbers
  }

  static let features = 3
  var target = Target.aClass
  /// Whether inputs are whole numbers from 0 to 8.
  var hasIndices = false
  /// The number of steps of each sample.
  var lengths: [Int]

  /// Draws lengths from 1 on; the first sample is the longest.
  init(samples: Int = 23, longest: Int = 10, target: Target = .aClass, hasIndices: Bool = false) {
    var random = TestRandom(41)
    lengths = (0..<samples).map { $0 == 0 ? longest : Int.random(in: 1...longest, using: &random) }
    self.target = target
    self.hasIndices = hasIndices
  }

  private var width: Int { hasIndices ? 1 : Self.features }

  /// The inputs, and the targets of each step, of a sample.
  private func sample(_ index: Int) -> (x: [Float], classes: [Int32], values: [Float]) {
    var random = TestRandom(UInt64(100 + index))
    let x =
      hasIndices
      ? (0..<lengths[index]).map { _ in Float(Int.random(in: 0..<9, using: &random)) }
      : random.floats(lengths[index] * width)
    return (
      x, (0..<lengths[index]).map { _ in Int32.random(in: 0..<4, using: &random) }, random.floats(2 * lengths[index])
    )
  }

  /// Writes some samples padded to `steps` steps with the value `garbage`. Without lengths, all samples must have that
  /// number of steps.
  func write(
    to path: String, steps: Int, padding: SequencePadding = .behind, garbage: Float = 0, withLengths: Bool = true,
    samples: [Int]? = nil
  ) throws {
    let chosen = samples ?? Array(lengths.indices)
    func padded<Number>(_ values: [Number], _ width: Int, _ filling: Number) -> [Number] {
      let rest = [Number](repeating: filling, count: steps * width - values.count)
      return padding == .behind ? values + rest : rest + values
    }
    let contents = chosen.map(sample)
    var arrays = [
      (
        "x",
        NPYArray(shape: [chosen.count, steps, width], floats: contents.flatMap { padded($0.x, width, garbage) })
      )
    ]
    switch target {
    case .aClass:
      arrays.append(("y", NPYArray(shape: [chosen.count], int32s: contents.map { $0.classes[0] })))
    case .classes:
      arrays.append(
        ("y", NPYArray(shape: [chosen.count, steps], int32s: contents.flatMap { padded($0.classes, 1, -7) })))
    case .numbers:
      arrays.append(
        ("y", NPYArray(shape: [chosen.count, steps, 2], floats: contents.flatMap { padded($0.values, 2, garbage) })))
    }
    if withLengths {
      arrays.append(("lengths", NPYArray(shape: [chosen.count], int32s: chosen.map { Int32(lengths[$0]) })))
    }
    try NPZArchive.write(arrays, to: path)
  }
}
