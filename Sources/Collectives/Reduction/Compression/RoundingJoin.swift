import CKernels

/// Where in a tree sums are rounded, to what, and what keeps the rest.
struct Rounding {
  let tree: ReductionTree
  let format: Compression.Format
  let residuals: Residuals
}

/// Adds vectors in the tree, block by block as `TreeJoin` does, and rounds what has come to be a part, and the total.
///
/// All float vectors start on 64 bytes, and offsets and counts are multiples of 16.
final class RoundingJoin {
  /// A tree node's values: floats, or a part that is rounded already.
  enum Values {
    case floats(UnsafePointer<Float>)
    case halves(UnsafePointer<UInt16>)
  }

  /// A tree node, and where its values lie.
  struct Piece {
    let node: Range<Int>
    let values: Values
  }

  private enum Operation {
    case push(Values)
    case add
    /// Rounds the top, whose residual lies there.
    case round(UnsafeMutablePointer<Float>)
  }

  private static let block = 2048

  private var program: [Operation] = []
  private let format: dpt_half_format
  private let stack: UnsafeMutablePointer<UnsafePointer<Float>>
  /// A block for each place of the stack.
  private let sums: UnsafeMutablePointer<Float>

  /// The sum of the node `target` from pieces that together make it up, of these elements of the vector. It is rounded,
  /// too, where it is the total that all ranks get.
  init(_ pieces: [Piece], to target: Range<Int>, elements: Range<Int>, isTotal: Bool = false, _ rounding: Rounding) {
    let tree = rounding.tree
    var (depth, deepest) = (0, 0)
    var program: [Operation] = []
    func visit(_ node: Range<Int>) {
      var isRounded = false
      if let piece = pieces.first(where: { $0.node == node }) {
        program.append(.push(piece.values))
        depth += 1
        deepest = max(deepest, depth)
        if case .halves = piece.values { isRounded = true }
      } else {
        let (left, right) = ReductionTree.children(of: node)
        visit(left)
        visit(right)
        program.append(.add)
        depth -= 1
      }
      if !isRounded, let part = tree.part(node) {
        program.append(.round(rounding.residuals.own(elements, ofVector: part)))
      }
    }
    visit(target)
    if isTotal { program.append(.round(rounding.residuals.own(elements, ofVector: tree.partCount))) }
    self.program = program
    format = rounding.format.kernel
    sums = allocateFloats(deepest * Self.block)
    stack = .allocate(capacity: deepest)
    stack.initialize(repeating: UnsafePointer(sums), count: deepest)
  }

  deinit {
    stack.deallocate()
    sums.deallocate()
  }

  /// Puts the sum of elements `offset` ..< `offset + count`, counted from the first of `elements`, into `result`, or in 16
  /// bits each into `packed`, or both.
  func run(
    offset: Int, count: Int, into result: UnsafeMutablePointer<Float>?, packed: UnsafeMutablePointer<UInt16>? = nil
  ) {
    for start in stride(from: 0, to: count, by: Self.block) {
      let length = min(Self.block, count - start)
      let target = result.map { $0 + start }
      let sum = runBlock(offset: offset + start, count: length, target: target)
      if let target, UnsafePointer(target) != sum { target.update(from: sum, count: length) }
      if let packed { dpt_pack_halves(sum, packed + start, length, format) }
    }
  }

  /// Where the block's sum lies afterwards: at `target` if the last operation makes it anew and there is one.
  private func runBlock(offset: Int, count: Int, target: UnsafeMutablePointer<Float>?) -> UnsafePointer<Float> {
    var depth = 0
    for index in program.indices {
      let last = index == program.count - 1 ? target : nil
      switch program[index] {
      case .push(.floats(let values)):
        stack[depth] = values + offset
        depth += 1
      case .push(.halves(let values)):
        let own = last ?? sums + depth * Self.block
        dpt_unpack_halves(values + offset, own, count, format)
        stack[depth] = UnsafePointer(own)
        depth += 1
      case .add:
        depth -= 1
        let sum = last ?? sums + (depth - 1) * Self.block
        dpt_add(stack[depth - 1], stack[depth], sum, count)
        stack[depth - 1] = UnsafePointer(sum)
      case .round(let residual):
        let rounded = last ?? sums + (depth - 1) * Self.block
        dpt_round_halves(stack[depth - 1], residual + offset, rounded, count, format)
        stack[depth - 1] = UnsafePointer(rounded)
      }
    }
    return stack[0]
  }
}
