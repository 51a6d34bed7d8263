/// A sum of gradients over all ranks: `TreeSum` or `NativeSum`. `TreeSum` describes the members.
package protocol GradientSum: AnyObject {
  var elementCount: Int { get }
  var stride: Int { get }
  var local: LocalReduction { get }
  var nodes: UnsafeMutablePointer<Float> { get }
  var result: UnsafePointer<Float> { get }
  var status: StatusTable { get }
  var summed: [Range<Int>] { get }
  /// Nil if nothing is rounded.
  var residuals: Residuals? { get }
  /// Nil if all ranks get all sums.
  var share: PieceShare? { get }

  func advance(writtenFrom element: Int) throws
  func reduce() throws
}

extension TreeSum: GradientSum {}
