import CKernels

/// Adds vectors by a stack program, block by block, so that what is added next is still in the nearest cache.
///
/// The vectors are only read. All start on 64 bytes, and offsets and counts are multiples of 16.
final class TreeJoin {
  private static let block = 2048

  private let joins: [Int32]
  private let pieces: [UnsafePointer<Float>]
  private let stack: UnsafeMutablePointer<UnsafePointer<Float>>
  /// A block for each place of the stack.
  private let sums: UnsafeMutablePointer<Float>

  /// Keeps the program and makes room for the stack; `joins` has one entry a piece.
  init(joins: [Int32], pieces: [UnsafePointer<Float>]) {
    precondition(joins.count == pieces.count, "a stack program has one entry a vector")
    guard let first = pieces.first else { preconditionFailure("a sum has parts") }
    self.joins = joins
    self.pieces = pieces
    var (depth, deepest) = (0, 0)
    for count in joins {
      depth += 1
      deepest = max(deepest, depth)
      depth -= Int(count)
    }
    stack = .allocate(capacity: deepest)
    stack.initialize(repeating: first, count: deepest)
    sums = allocateFloats(deepest * Self.block)
  }

  deinit {
    stack.deallocate()
    sums.deallocate()
  }

  /// The vector, where there is only one: it is its sum.
  var only: UnsafePointer<Float>? { pieces.count == 1 ? pieces[0] : nil }

  /// Puts the sum of elements `offset` ..< `offset + count` into `result`, which may be the same place of a piece.
  func run(into result: UnsafeMutablePointer<Float>, offset: Int, count: Int) {
    if pieces.count == 1 {
      if UnsafePointer(result) != pieces[0] + offset { result.update(from: pieces[0] + offset, count: count) }
      return
    }
    for start in stride(from: 0, to: count, by: Self.block) {
      runBlock(into: result + start, offset: offset + start, count: min(Self.block, count - start))
    }
  }

  private func runBlock(into result: UnsafeMutablePointer<Float>, offset: Int, count: Int) {
    var depth = 0
    for index in joins.indices {
      stack[depth] = pieces[index] + offset
      depth += 1
      for _ in 0..<joins[index] {
        depth -= 1
        let isLast = index == joins.count - 1 && depth == 1
        let sum = isLast ? result : sums + (depth - 1) * Self.block
        dpt_add(stack[depth - 1], stack[depth], sum, count)
        stack[depth - 1] = UnsafePointer(sum)
      }
    }
  }
}

/// Sums of several tree nodes from the nodes within them.
struct NodeJoin {
  /// A tree node, and where its values lie.
  struct Piece {
    let node: Range<Int>
    let values: UnsafePointer<Float>
  }

  /// One for each of the wanted nodes.
  let sums: [TreeJoin]

  /// The sums of `targets` from pieces that together make them up.
  init(_ pieces: [Piece], to targets: [Range<Int>]) {
    let sorted = pieces.sorted { $0.node.lowerBound < $1.node.lowerBound }
    sums = targets.map { target in
      let inside = sorted.filter { target.lowerBound <= $0.node.lowerBound && $0.node.upperBound <= target.upperBound }
      return TreeJoin(joins: ReductionTree.joins(of: inside.map(\.node), to: target), pieces: inside.map(\.values))
    }
  }
}

let floatSize = MemoryLayout<Float>.size

/// Zeroed floats on a 64-byte boundary, never none, so that they have an address; for `deallocate()`.
func allocateFloats(_ count: Int) -> UnsafeMutablePointer<Float> {
  let bytes = UnsafeMutableRawPointer.allocate(byteCount: max(count, 16) * floatSize, alignment: 64)
  return bytes.initializeMemory(as: Float.self, repeating: 0, count: max(count, 16))
}
