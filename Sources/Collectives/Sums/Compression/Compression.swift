import CKernels

/// How gradients are rounded to 16 bits as they are added up, so that less travels between machines.
///
/// For each part of the tree (`ReductionTree.partSize`) and each element, with g the part's sum and r the residual that
/// rounding has left out before: c = g + r, q = round(c), and r ← c − q. The parts' q are added in the tree, and the total
/// is rounded in the same way. So nothing is lost, only delayed (error feedback: Seide et al. 2014; Karimireddy et al.
/// 2019). The number of ranks and machines changes what travels, and no bit of the result.
public struct Compression: Equatable, Sendable {
  /// A format of 16 bits. Values are rounded to the nearest, ties to even; values beyond the range, to its end. Infinities
  /// and NaNs stay.
  public enum Format: String, CaseIterable, Sendable {
    /// The upper half of a float: its range, and 8 bits of precision.
    case bfloat16
    /// IEEE 754's binary16: up to 65504, and 11 bits of precision down to 6.1e-5.
    case float16

    /// The kernels' name.
    var kernel: dpt_half_format { self == .bfloat16 ? DPT_BFLOAT16 : DPT_FLOAT16 }
  }

  /// The format that sums are rounded to.
  public var format: Format
  /// How many of a vector's elements are rounded, from its start, a multiple of 16; the rest is exact.
  public var count: Int

  /// Rounds the first `count` elements to a format.
  public init(format: Format, count: Int) {
    self.format = format
    self.count = count
  }
}
