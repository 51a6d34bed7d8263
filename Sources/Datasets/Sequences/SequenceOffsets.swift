import Diagnostics
import Formats

/// Where samples begin in an array of all steps, from the arrays `lengths` or `offsets` beside it.
struct SequenceOffsets {
  /// The first step of each sample, and after the last one the number of all steps.
  let offsets: [Int]

  /// Reads `lengths` and `offsets` of arrays whose `x` has the shape `x`. If there are both, they must say the same.
  /// - Throws: `Failure` (data) naming the array, the index and the value.
  init(_ arrays: any ArrayCollection, path: String, x: [Int]) throws {
    let names = ["lengths", "offsets"].filter(arrays.names.contains)
    let read = try names.map { name in
      let array = try arrays.array(name)
      guard array.shape.count == 1, array.count > 0 else {
        throw Failure(
          .data, "\(path): \(name) has the shape \(array.shape)",
          advice: name == "lengths"
            ? "lengths must be the number of steps of each sample"
            : "offsets must be the first step of each sample, and the end")
      }
      let numbers = try array.wholeNumbers(name, path: path)
      return try name == "lengths"
        ? SequenceOffsets.adding(numbers, x: x, path: path) : SequenceOffsets.checked(numbers, total: x[0], path: path)
    }
    guard let first = read.first, read.allSatisfy({ $0 == first }) else {
      throw Failure(
        .data, "\(path): lengths and offsets contradict each other", advice: "give one of them: lengths or offsets")
    }
    offsets = first
  }

  private static func adding(_ lengths: [Int], x: [Int], path: String) throws -> [Int] {
    var offsets = [0]
    offsets.reserveCapacity(lengths.count + 1)
    for (sample, length) in lengths.enumerated() {
      guard length > 0 else {
        throw Failure(
          .data, "\(path): lengths[\(sample)] is \(length)", advice: "each sample has one step or more: leave it out")
      }
      offsets.append((offsets.last ?? 0) + length)
    }
    let sum = offsets.last ?? 0
    guard sum == x[0] else {
      let isPadded = x.count == 2 && lengths.count == x[0] && lengths.allSatisfy { $0 <= x[1] }
      throw Failure(
        .data, "\(path): lengths add up to \(sum), but x has \(counted(x[0], "step")), of the shape \(x)",
        advice: isPadded
          ? "if x is \(x[0]) padded samples × \(x[1]) steps of one feature, give it a last axis: x[..., None]"
          : "x must be the steps of all samples one after the other, and lengths the number of steps of each")
    }
    return offsets
  }

  /// Offsets with the end, which may be left out.
  private static func checked(_ offsets: [Int], total: Int, path: String) throws -> [Int] {
    guard offsets[0] == 0 else {
      throw Failure(.data, "\(path): offsets[0] is \(offsets[0])", advice: "the first sample begins at step 0 of x")
    }
    for index in offsets.indices.dropFirst() where offsets[index] <= offsets[index - 1] {
      let isEmpty = offsets[index] == offsets[index - 1]
      throw Failure(
        .data, "\(path): offsets[\(index)] is \(offsets[index]), after \(offsets[index - 1])",
        advice: isEmpty
          ? "sample \(index - 1) would have no steps: leave it out"
          : "offsets ascend: they are the first step of each sample, and after the last one the number of steps in x")
    }
    let last = offsets[offsets.count - 1]
    guard last <= total else {
      throw Failure(
        .data, "\(path): offsets[\(offsets.count - 1)] is \(last)", advice: "x has \(counted(total, "step")), from 0 on"
      )
    }
    return last == total ? offsets : offsets + [total]
  }
}
