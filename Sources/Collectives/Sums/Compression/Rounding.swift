/// The rounding of some elements of a vector: at the tree's parts and at the total.
struct Rounding {
  let tree: ReductionTree
  let format: Compression.Format
  /// Keeps the residuals.
  let residuals: Residuals
  /// The range of elements.
  var elements: Range<Int>
  /// Whether the sum is the total.
  var isTotal = false

  /// The residuals of a node's sum; nil if it is not rounded.
  func residual(of node: Range<Int>) -> UnsafeMutablePointer<Float>? {
    tree.part(node).map { residuals.own(elements, ofVector: $0) }
  }

  /// The total's residuals; nil if the sum is not the total.
  var totalResidual: UnsafeMutablePointer<Float>? {
    isTotal ? residuals.own(elements, ofVector: tree.partCount) : nil
  }

  /// The rounding of the total of some elements.
  func total(of elements: Range<Int>) -> Rounding {
    Rounding(tree: tree, format: format, residuals: residuals, elements: elements, isTotal: true)
  }
}

extension NodeValues {
  /// The residuals of the values; nil if they are not rounded, or already rounded.
  func residual(_ rounding: Rounding?) -> UnsafeMutablePointer<Float>? {
    if case .floats = values { rounding?.residual(of: node) } else { nil }
  }
}
