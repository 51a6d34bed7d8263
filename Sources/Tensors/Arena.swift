/// Collects, before the first step, how much memory every activation and gradient of a model needs.
public struct ArenaPlan: Sendable {
  /// A stretch of the arena, reserved in a plan.
  public struct Slot: Sendable {
    fileprivate let offset: Int
    /// Number of floats.
    public let count: Int
  }

  /// Floats reserved so far.
  public private(set) var count = 0

  /// An empty plan.
  public init() {}

  /// Reserves `floats` floats on a 64-byte boundary, and the slack that kernels may touch behind them.
  public mutating func reserve(_ floats: Int) -> Slot {
    let slot = Slot(offset: count, count: floats)
    count += paddedToLanes(floats + paddedToLanes(1))
    return slot
  }
}

/// The one block of memory that a model computes in; allocated once, so that steps allocate nothing.
public final class Arena {
  private let buffer: FloatBuffer

  /// Allocates what the plan asks for, filled with zeros.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public init(_ plan: ArenaPlan) throws {
    buffer = try FloatBuffer(count: plan.count)
  }

  /// The memory of a slot.
  public subscript(slot: ArenaPlan.Slot) -> UnsafeMutablePointer<Float> {
    buffer.base + slot.offset
  }

  /// Size in bytes.
  public var byteCount: Int { buffer.count * MemoryLayout<Float>.stride }
}
