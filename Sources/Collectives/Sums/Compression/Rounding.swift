/// Rounds sums of some elements of a vector: those that are parts of the tree, and the total.
struct Rounding {
  let tree: ReductionTree
  let format: Compression.Format
  /// Keeps what rounding leaves out.
  let residuals: Residuals
  /// The elements.
  var elements: Range<Int>
  /// Whether the sum is the total that all ranks get.
  var isTotal = false

  /// The residual of a node's sum, or nil if that is not rounded.
  func residual(of node: Range<Int>) -> UnsafeMutablePointer<Float>? {
    tree.part(node).map { residuals.own(elements, ofVector: $0) }
  }

  /// The total's residual, or nil if the sum is not the total.
  var totalResidual: UnsafeMutablePointer<Float>? {
    isTotal ? residuals.own(elements, ofVector: tree.partCount) : nil
  }

  /// The same for the total of some elements.
  func total(of elements: Range<Int>) -> Rounding {
    Rounding(tree: tree, format: format, residuals: residuals, elements: elements, isTotal: true)
  }
}

extension NodeValues {
  /// The residual of the values, or nil if they are not rounded, or rounded already.
  func residual(_ rounding: Rounding?) -> UnsafeMutablePointer<Float>? {
    if case .floats = values { rounding?.residual(of: node) } else { nil }
  }
}
