import CKernels

/// The rounding of gradients to 16 bits in the sum, so that less travels between machines.
///
/// For each part of the tree (`ReductionTree.partSize`) and each element, with the part's sum g and the residual r of former
/// roundings: c = g + r, q = round(c), and r ← c − q. The parts' q are added in the tree, and the total is rounded in the
/// same way. So nothing is lost, only delayed (error feedback: Seide et al. 2014; Karimireddy et al. 2019). The numbers of
/// ranks and machines do not change a bit of the result.
public struct Compression: Equatable, Sendable {
  /// A 16-bit format. Values are rounded to the nearest, ties to even. Values beyond the range become infinite; infinities
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
  /// The number of elements, from the vector's start, that are rounded; a multiple of 16. The others are exact.
  public var count: Int

  /// Rounds the first `count` elements to a format.
  public init(format: Format, count: Int) {
    self.format = format
    self.count = count
  }
}
