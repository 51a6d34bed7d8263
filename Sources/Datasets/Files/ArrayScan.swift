import Diagnostics
import Formats

/// What one pass over the numbers of `x` tells. Memory grows only with the longest sample.
package struct ArrayScan {
  /// The most bytes of an array that is read at start: a second or less. The numbers of samples of larger ones are checked when
  /// they are loaded.
  @TaskLocal package static var most = 256 << 20

  /// Notices about the numbers.
  let notices: [String]

  /// Reads all numbers of `x`, whose samples have these steps, or if it is large, only as many as show a scale that is meant
  /// otherwise.
  /// - Parameters:
  ///   - isWhole: whether to read all numbers.
  ///   - hasLengths: whether there is an array `lengths`.
  ///   - hintsAtBytes: whether to look for pixels that are not scaled.
  ///   - report: called for each sample with a number that is not finite, padding left out.
  init(
    _ x: StoredArray, steps: NumPySteps, name: String, padding: SequencePadding, path: String, isWhole: Bool,
    hasLengths: Bool, hintsAtBytes: Bool, report: (_ sample: Int, Failure) throws -> Void
  ) throws {
    var other = OtherPaddingHint(steps: steps.stepsOfRow ?? 1, padding: padding)
    var missing = MissingLengthsHint(shape: x.shape)
    var most: Float = 0
    let areBytes = hintsAtBytes && x.shape.count == 4 && x.element == .uint8
    if isWhole, areBytes || x.element.mayBeNonFinite || x.shape.count == 3 {
      try steps.forEachSample(of: x) { sample, numbers in
        if x.element.mayBeNonFinite,
          let failure = steps.failure(in: numbers, of: x, sample: sample, name: name, path: path)
        {
          try report(sample, failure)
        }
        if areBytes { most = max(most, numbers.max() ?? 0) }
        if steps.isPadded { other.take(numbers, length: steps.length(of: sample)) }
        if !hasLengths { missing.take(numbers) }
      }
    } else if areBytes {
      let start = try [Float](unsafeUninitializedCapacity: min(x.count, 1 << 20)) { buffer, count in
        if let base = buffer.baseAddress { try x.read(0..<buffer.count, into: base) }
        count = buffer.count
      }
      most = start.max() ?? 0
    }
    notices = [
      steps.vainNotice(of: padding, path: path), steps.isPadded ? other.notice(path: path) : nil,
      areBytes ? NumPyHints.byteNotice(most: most, path: path) : nil, hasLengths ? nil : missing.notice(path: path),
    ].compactMap(\.self)
  }
}
