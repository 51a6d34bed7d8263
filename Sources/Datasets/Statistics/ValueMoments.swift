/// What is known of many numbers: the least, the greatest, mean and deviation, in double precision.
///
/// Numbers come in blocks. The mean and the squared deviations of a block are computed in two passes, and merged with those of
/// the blocks before (Chan, Golub and LeVeque 1979): no large sums of squares are subtracted from each other. The result
/// depends on nothing but the numbers and their division into blocks.
package struct ValueMoments: Equatable, Sendable {
  /// The number of finite values.
  package private(set) var count = 0
  /// The number of values that are infinite or not a number; they count nowhere else.
  package private(set) var notFinite = 0
  /// The number of zeros.
  package private(set) var zeros = 0
  /// The number of ones.
  package private(set) var ones = 0
  /// The least value; infinite if there is none.
  package private(set) var least = Double.infinity
  /// The greatest value; negatively infinite if there is none.
  package private(set) var most = -Double.infinity
  /// The mean; 0 if there is no value.
  package private(set) var mean = 0.0
  private var squares = 0.0

  /// Of no numbers.
  package init() {}

  /// The deviation of the whole population; 0 if there is no value.
  package var deviation: Double { count > 0 ? (squares / Double(count)).squareRoot() : 0 }

  /// Whether all values are the same.
  package var isConstant: Bool { count > 0 && least == most }

  /// Whether every value is 0 or 1.
  package var isBinary: Bool { count > 0 && notFinite == 0 && zeros + ones == count }

  /// Adds every `stride`-th value of `values`, from number `first` on, as one block.
  package mutating func add(_ values: UnsafeBufferPointer<Float>, first: Int, stride: Int) {
    var (number, sum, others, noughts, units) = (0, 0.0, 0, 0, 0)
    var (low, high) = (least, most)
    for index in Swift.stride(from: first, to: values.count, by: stride) {
      let value = Double(values[index])
      guard value.isFinite else {
        others += 1
        continue
      }
      number += 1
      sum += value
      low = value < low ? value : low
      high = value > high ? value : high
      noughts += value == 0 ? 1 : 0
      units += value == 1 ? 1 : 0
    }
    (least, most) = (low, high)
    notFinite += others
    zeros += noughts
    ones += units
    guard number > 0 else { return }
    let middle = sum / Double(number)
    var deviations = 0.0
    // A block of one value has none.
    if number > 1 {
      for index in Swift.stride(from: first, to: values.count, by: stride) where values[index].isFinite {
        let deviation = Double(values[index]) - middle
        deviations += deviation * deviation
      }
    }
    merge(count: number, mean: middle, squares: deviations)
  }

  private mutating func merge(count other: Int, mean otherMean: Double, squares otherSquares: Double) {
    let all = Double(count + other)
    let distance = otherMean - mean
    squares += otherSquares + distance * distance * Double(count) * (Double(other) / all)
    mean += distance * (Double(other) / all)
    count += other
  }
}
