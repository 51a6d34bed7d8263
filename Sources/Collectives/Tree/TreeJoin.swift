import CKernels

/// A tree node and its values, which start on a 64-byte boundary.
struct NodeValues {
  enum Values {
    case floats(UnsafePointer<Float>)
    /// The values of a part that is already rounded.
    case halves(UnsafePointer<UInt16>)
  }

  let node: Range<Int>
  let values: Values
}

/// Adds the vectors of tree nodes to one sum, a block at a time, so that additions find their operands in the nearest cache.
///
/// With a `Rounding`, sums are rounded at parts. Offsets and counts are multiples of 16.
final class TreeJoin {
  /// Floats of a block.
  private static let block = 2048

  private let fold: TreeFold
  private let leaves: [NodeValues.Values]
  /// The residuals of each leaf, each sum, and the total; nil for those that are not rounded.
  private let leafResiduals, sumResiduals: [UnsafeMutablePointer<Float>?]
  private let totalResidual: UnsafeMutablePointer<Float>?
  private let format: dpt_half_format
  private let stack: UnsafeMutablePointer<UnsafePointer<Float>>
  /// Memory of a block for each place of the stack.
  private let blocks: UnsafeMutablePointer<Float>

  /// The sum of the node `root` from those of `nodes` that are within it.
  init(_ nodes: [NodeValues], to root: Range<Int>, rounding: Rounding? = nil) {
    let inside = nodes.filter { root.lowerBound <= $0.node.lowerBound && $0.node.upperBound <= root.upperBound }
      .sorted { $0.node.lowerBound < $1.node.lowerBound }
    fold = TreeFold(inside.map(\.node), to: [root])
    leaves = inside.map(\.values)
    totalResidual = rounding?.totalResidual
    format = (rounding?.format ?? .bfloat16).kernel
    blocks = allocateFloats(fold.depth * Self.block)
    stack = .allocate(capacity: fold.depth)
    stack.initialize(repeating: UnsafePointer(blocks), count: fold.depth)
    var sums: [Range<Int>] = []
    var (ofLeaves, ofSums): ([UnsafeMutablePointer<Float>?], [UnsafeMutablePointer<Float>?]) = ([], [])
    fold.run { index, _ in
      sums.append(inside[index].node)
      ofLeaves.append(inside[index].residual(rounding))
    } add: { _, place in
      sums[place] = sums[place].lowerBound..<sums.removeLast().upperBound
      ofSums.append(rounding?.residual(of: sums[place]))
    }
    (leafResiduals, sumResiduals) = (ofLeaves, ofSums)
  }

  deinit {
    stack.deallocate()
    blocks.deallocate()
  }

  /// The only vector, if it is already the sum.
  var only: UnsafePointer<Float>? {
    guard leaves.count == 1, case .floats(let values) = leaves[0] else { return nil }
    return values
  }

  /// Writes the sum of elements `offset` ..< `offset + count` to `result`, or in 16 bits each to `packed`, or to both.
  func run(
    into result: UnsafeMutablePointer<Float>?, packed: UnsafeMutablePointer<UInt16>? = nil, offset: Int, count: Int
  ) {
    for start in stride(from: 0, to: count, by: Self.block) {
      let length = min(Self.block, count - start)
      let target = result.map { $0 + start }
      addBlock(offset: offset + start, count: length, target: target)
      if let target, UnsafePointer(target) != stack[0] { target.update(from: stack[0], count: length) }
      if let packed { dpt_pack_halves(stack[0], packed + start, length, format) }
    }
  }

  /// Adds a block. The sum is then at place 0 of the stack, in `target` unless it is a leaf.
  private func addBlock(offset: Int, count: Int, target: UnsafeMutablePointer<Float>?) {
    fold.run { index, place in
      switch leaves[index] {
      case .floats(let values): stack[place] = values + offset
      case .halves(let values):
        let sum = memory(place, target)
        dpt_unpack_halves(values + offset, sum, count, format)
        stack[place] = UnsafePointer(sum)
      }
      if let residual = leafResiduals[index] { round(place, residual + offset, count, target) }
    } add: { number, place in
      let sum = memory(place, target)
      dpt_add(stack[place], stack[place + 1], sum, count)
      stack[place] = UnsafePointer(sum)
      if let residual = sumResiduals[number] { round(place, residual + offset, count, target) }
    }
    if let totalResidual { round(0, totalResidual + offset, count, target) }
  }

  private func round(
    _ place: Int, _ residual: UnsafeMutablePointer<Float>, _ count: Int, _ target: UnsafeMutablePointer<Float>?
  ) {
    let rounded = memory(place, target)
    dpt_round_halves(stack[place], residual, rounded, count, format)
    stack[place] = UnsafePointer(rounded)
  }

  /// The memory for the sum at a place; `target`, if given, at place 0.
  private func memory(_ place: Int, _ target: UnsafeMutablePointer<Float>?) -> UnsafeMutablePointer<Float> {
    if place == 0, let target { target } else { blocks + place * Self.block }
  }
}
