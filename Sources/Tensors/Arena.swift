import CKernels
import Synchronization

/// Collects, before the first step, how much memory a model needs, and when each piece of it is in use.
///
/// A step is a clock: layers tick forwards from the first to the last, then backwards. Pieces that are never in use at
/// the same tick share memory.
public struct ArenaPlan: Sendable {
  /// A piece of the arena, reserved in a plan.
  public struct Slot: Sendable {
    fileprivate let index: Int
    /// The plan's number.
    fileprivate let plan: Int
    /// Number of floats.
    public let count: Int
  }

  fileprivate struct Reservation: Sendable {
    var floats: Int
    let ticks: ClosedRange<Int>
  }

  private static let end = 1 << 30
  private static let plans = Atomic(0)
  /// Tells this plan from others, whose slots are not its own.
  fileprivate let number = ArenaPlan.plans.add(1, ordering: .relaxed).newValue
  /// The most shards of a batch that one rank computes.
  public let shards: Int
  /// Whether every layer's outputs are kept to the end of the forward pass, and the gradients of recurrent layers' states,
  /// for whoever looks on; else layers may run together, and what lies between them is not.
  public let keepsOutputs: Bool
  /// The number of the layer that is being planned: its place on the clock.
  public private(set) var layer = 0
  fileprivate private(set) var reservations: [Reservation] = []
  fileprivate private(set) var scratch: Int?

  /// An empty plan for a rank that computes `shards` shards of each batch.
  public init(shards: Int = 1, keepsOutputs: Bool = false) {
    self.shards = shards
    self.keepsOutputs = keepsOutputs
  }

  /// Moves on to the next layer; called by whatever holds layers, before each one's pass is made.
  public mutating func advance() {
    layer += 1
  }

  /// Memory that keeps its contents from step to step, such as packed weights.
  public mutating func persistent(_ floats: Int) -> Slot {
    reserve(floats, 0...ArenaPlan.end)
  }

  /// Memory in use from this layer's forward pass to its backward pass, such as its outputs.
  public mutating func activation(_ floats: Int) -> Slot {
    reserve(floats, layer...ArenaPlan.end - layer)
  }

  /// Memory in use from this layer's backward pass on: a gradient, which the layers before may hand on in place.
  public mutating func gradient(_ floats: Int) -> Slot {
    reserve(floats, ArenaPlan.end - layer...ArenaPlan.end)
  }

  /// Memory in use in this layer's forward pass alone.
  public mutating func forwardScratch(_ floats: Int) -> Slot {
    reserve(floats, layer...layer)
  }

  /// Memory in use in this layer's backward pass alone.
  public mutating func backwardScratch(_ floats: Int) -> Slot {
    reserve(floats, ArenaPlan.end - layer...ArenaPlan.end - layer)
  }

  /// Makes sure that the scratch that all layers share, each only while it computes, has at least so many floats.
  public mutating func sharedScratch(_ floats: Int) {
    guard floats > 0 else { return }
    if let slot = scratch {
      reservations[slot].floats = max(reservations[slot].floats, paddedToLanes(floats + paddedToLanes(1)))
    } else {
      scratch = persistent(floats).index
    }
  }

  private mutating func reserve(_ floats: Int, _ ticks: ClosedRange<Int>) -> Slot {
    // With the slack that kernels may touch behind the last row.
    reservations.append(Reservation(floats: paddedToLanes(floats + paddedToLanes(1)), ticks: ticks))
    return Slot(index: reservations.count - 1, plan: number, count: floats)
  }
}

/// The one block of memory that a model computes in; allocated once, so that steps allocate nothing.
public final class Arena {
  private let buffer: FloatBuffer
  private let plan: Int
  private let offsets: [Int]
  /// Memory that every layer may use while it computes; what one leaves there the next overwrites.
  public let scratch: UnsafeMutableBufferPointer<Float>

  /// Places what the plan asks for, and allocates it, filled with zeros.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public init(_ plan: ArenaPlan) throws {
    let isGuarded = dpt_poisons()
    let layout = isGuarded ? Arena.placeApart(plan.reservations) : Arena.place(plan.reservations)
    let memory = try FloatBuffer(count: layout.count)
    if isGuarded {
      for (offset, reservation) in zip(layout.offsets, plan.reservations) {
        dpt_poison(memory.base + offset + reservation.floats, Arena.zone * MemoryLayout<Float>.stride)
      }
    }
    self.plan = plan.number
    offsets = layout.offsets
    buffer = memory
    scratch = UnsafeMutableBufferPointer(
      start: plan.scratch.map { memory.base + layout.offsets[$0] },
      count: plan.scratch.map { plan.reservations[$0].floats } ?? 0)
  }

  /// The memory of a slot of the plan that this arena was made from.
  public subscript(slot: ArenaPlan.Slot) -> UnsafeMutablePointer<Float> {
    precondition(slot.plan == plan, "a pass runs in the memory that it was made for, and in no other")
    return buffer.base + offsets[slot.index]
  }

  /// The memory of a slot as 32-bit integers, which are as many as its floats.
  package func integers(_ slot: ArenaPlan.Slot) -> UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(self[slot]).assumingMemoryBound(to: Int32.self)
  }

  /// Size in bytes.
  public var byteCount: Int { buffer.count * MemoryLayout<Float>.stride }

  /// Floats that nobody may touch, behind each piece in builds with the address sanitizer.
  private static let zone = 64

  /// One behind the other, with a zone behind each that is poisoned: so no memory is shared.
  private static func placeApart(_ reservations: [ArenaPlan.Reservation]) -> (offsets: [Int], count: Int) {
    var end = 0
    let offsets = reservations.map { reservation in
      defer { end += reservation.floats + zone }
      return end
    }
    return (offsets, end)
  }

  /// Largest first, each at the lowest place that is free at all its ticks.
  private static func place(_ reservations: [ArenaPlan.Reservation]) -> (offsets: [Int], count: Int) {
    var offsets = [Int](repeating: 0, count: reservations.count)
    var placed: [Int] = []
    for index in reservations.indices.sorted(by: { reservations[$0].floats > reservations[$1].floats }) {
      let neighbours = placed.filter { reservations[$0].ticks.overlaps(reservations[index].ticks) }
      var offset = 0
      for neighbour in neighbours.sorted(by: { offsets[$0] < offsets[$1] }) {
        if offsets[neighbour] >= offset + reservations[index].floats { break }
        offset = max(offset, offsets[neighbour] + reservations[neighbour].floats)
      }
      offsets[index] = offset
      placed.append(index)
    }
    return (offsets, reservations.indices.map { offsets[$0] + reservations[$0].floats }.max() ?? 0)
  }
}
