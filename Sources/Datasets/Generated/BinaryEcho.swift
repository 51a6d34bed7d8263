import Diagnostics
import Tensors

/// The binary echo task: endless series of random bits, cut into chunks. The target of a step is the bit `delay` steps
/// earlier; the first `delay` steps of a series are not counted. Input: one value, 0 or 1, per step.
///
/// Sample i of an epoch is chunk ⌊i / rows⌋ of series i mod rows. So in batches of `rows` samples, row r continues row
/// r of the batch before, and layers that carry their state can echo bits of the chunk before. Each epoch has new
/// series.
public final class BinaryEcho: Dataset {
  /// "0" and "1".
  public let classNames = ["0", "1"]
  /// [steps per chunk, 1].
  public let inputShape: Shape
  /// The chunks of all series of an epoch.
  public let count: Int
  /// False: every chunk is whole.
  public let hasLengths = false
  /// One class per step.
  public var targetLayout: TargetLayout { .classes(steps: inputShape.steps) }
  private let delay: Int
  private let rows: Int
  private let uncounted: Int32
  private let random: Philox

  /// Makes series of `chunks` chunks with `chunk` steps; uncounted steps have the target `uncounted`.
  public init(
    delay: Int, chunk: Int, chunks: Int, rows: Int, seed: UInt64, purpose: RandomPurpose, uncounted: Int
  ) {
    self.delay = delay
    self.rows = rows
    self.uncounted = Int32(clamping: uncounted)
    inputShape = .sequence(steps: chunk, features: 1)
    count = rows * chunks
    random = Philox(seed: seed, purpose: purpose)
  }

  /// Generates chunks.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {
    batch.resize(count: indices.count)
    let inputs = batch.view
    for (place, index) in indices.enumerated() {
      let (row, first) = (index % rows, index / rows * inputs.steps)
      var series = Bits(random: random, epoch: epoch, row: row)
      for step in 0..<inputs.steps { inputs.row(step: step, sample: place)[0] = series[first + step] == 0 ? 0 : 1 }
      for step in 0..<inputs.steps {
        let source = first + step - delay
        batch.classes[batch.targetRow(step: step, sample: place)] = source < 0 ? uncounted : series[source]
      }
    }
  }

  /// The bits of a chunk.
  public func text(of index: Int) -> String { text(of: index, epoch: 0) }

  /// The bits of a chunk in an epoch.
  public func text(of index: Int, epoch: Int) -> String {
    var series = Bits(random: random, epoch: epoch, row: index % rows)
    let first = index / rows * inputShape.steps
    return (first..<first + inputShape.steps).map { String(series[$0]) }.joined()
  }

  /// The bits of one series, drawn 32 at a time.
  private struct Bits {
    let random: Philox
    let epoch, row: Int
    private var element = -1
    private var word: UInt32 = 0

    init(random: Philox, epoch: Int, row: Int) {
      self.random = random
      self.epoch = epoch
      self.row = row
    }

    subscript(step: Int) -> Int32 {
      mutating get {
        if step >> 5 != element {
          element = step >> 5
          word = random.word(epoch: epoch, sample: row, element: element)
        }
        return Int32(word >> UInt32(step & 31) & 1)
      }
    }
  }
}

/// Reads series of bits, such as `0110100`, of any length.
public struct BinaryEchoReader: TextReader {
  /// Empty: classes are bits.
  public let classSeparator = ""
  private let delay: Int

  /// A reader for a model that echoes bits `delay` steps later.
  public init(delay: Int = 0) {
    self.delay = delay
  }

  /// Says that the output lags behind the input.
  public func notice(_ input: String) -> String? {
    guard delay > 0 else { return nil }
    let steps = delay == 1 ? "step" : "steps"
    return "the output follows the input \(delay) \(steps) later: the first \(delay) bits of it mean nothing, and "
      + "\(delay) further bits show the end"
  }

  /// Makes one sample of the series.
  public func samples(_ input: String) throws -> any Dataset {
    let bits = try input.enumerated().map { position, digit -> Float in
      guard digit == "0" || digit == "1" else {
        throw Failure(
          .data, "input \"\(input)\": \"\(digit)\" at place \(position + 1) is not a bit",
          advice: "a series is made of 0 and 1, such as 0110100")
      }
      return digit == "1" ? 1 : 0
    }
    guard !bits.isEmpty else {
      throw Failure(.data, "the input is empty", advice: "a series is made of 0 and 1, such as 0110100")
    }
    return SingleInput(shape: .sequence(steps: bits.count, features: 1)) { batch, place in
      for (step, bit) in bits.enumerated() { batch.view.row(step: step, sample: place)[0] = bit }
    }
  }
}
