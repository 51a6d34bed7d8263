/// Adds vectors by a stack program, block by block, so that what is added next is still in the nearest cache.
///
/// The vectors are overwritten. All start on 64 bytes and `count` is a multiple of 16.
struct TreeJoin {
  private static let block = 4096

  private let joins: [Int32]
  private let pieces: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>>
  private let stack: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>>

  /// Keeps the program and makes room for the stack; `joins` has one entry a piece.
  init(joins: [Int32], pieces: [UnsafeMutablePointer<Float>]) {
    precondition(joins.count == pieces.count && !pieces.isEmpty, "a stack program has one entry a vector")
    self.joins = joins
    self.pieces = .allocate(capacity: pieces.count)
    stack = .allocate(capacity: pieces.count)
    _ = self.pieces.initialize(from: pieces)
    _ = stack.initialize(from: pieces)
  }

  func deallocate() {
    pieces.deallocate()
    stack.deallocate()
  }

  /// Puts the sum into `result`, which may be one of the pieces.
  func run(into result: UnsafeMutablePointer<Float>, count: Int) {
    for start in Swift.stride(from: 0, to: count, by: Self.block) {
      runBlock(into: result, start: start, count: min(Self.block, count - start))
    }
  }

  private func runBlock(into result: UnsafeMutablePointer<Float>, start: Int, count: Int) {
    var depth = 0
    for index in joins.indices {
      stack[depth] = pieces[index] + start
      depth += 1
      for _ in 0..<joins[index] {
        depth -= 1
        let left = stack[depth - 1]
        let isLast = index == joins.count - 1 && depth == 1
        add(left, stack[depth], into: isLast ? result + start : left, count: count)
      }
    }
  }
}

/// left + right, element by element; the destination may be either of them.
@inline(never)
private func add(
  _ left: UnsafeMutablePointer<Float>, _ right: UnsafeMutablePointer<Float>, into sum: UnsafeMutablePointer<Float>,
  count: Int
) {
  // Vectors of fixed width need no check whether the three overlap, which keeps the loop fast where they do.
  typealias Vector = SIMD16<Float>
  let a = UnsafeRawPointer(left)
  let b = UnsafeRawPointer(right)
  let c = UnsafeMutableRawPointer(sum)
  for offset in Swift.stride(from: 0, to: count * floatSize, by: MemoryLayout<Vector>.size) {
    let vector = a.load(fromByteOffset: offset, as: Vector.self) + b.load(fromByteOffset: offset, as: Vector.self)
    c.storeBytes(of: vector, toByteOffset: offset, as: Vector.self)
  }
}
