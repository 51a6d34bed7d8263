import CKernels
import Synchronization

/// Plans a model's memory before the first step: the sizes of its pieces, and when each is in use.
///
/// A step is a clock: it ticks once for each layer's forward pass, then once for each layer's backward pass. Pieces that
/// are never in use at the same tick share memory.
public struct ArenaPlan: Sendable {
  /// A piece of the arena, reserved in a plan.
  public struct Slot: Sendable {
    fileprivate let index: Int
    /// The number of the plan that made it.
    fileprivate let plan: Int
    /// The number of values.
    public let count: Int
    /// The precision of these values.
    public let precision: Precision
  }

  fileprivate struct Reservation: Sendable {
    var floats: Int
    let ticks: ClosedRange<Int>
  }

  fileprivate static let end = 1 << 30
  private static let plans = Atomic(0)
  /// Identifies this plan, so that an arena can refuse another plan's slots.
  fileprivate let number = ArenaPlan.plans.add(1, ordering: .relaxed).newValue
  /// The largest number of shards that this rank computes.
  public let shards: Int
  /// Whether every layer's outputs, and the gradients of recurrent layers' states, are kept for observers. Otherwise fusions
  /// may leave out outputs between layers.
  public let keepsOutputs: Bool
  /// The precision of activations and their gradients. In bfloat16, layers that say nothing of it (`Layer.takesRoundedValues`)
  /// are planned in float32 nevertheless.
  public private(set) var precision: Precision
  /// The precision of the inputs of the layer that is being planned. It is that of the plan but for a model's first layer, which
  /// gets the samples' floats.
  package var inputPrecision: Precision
  /// The index of the layer that is being planned, which is its tick.
  public private(set) var layer = 0
  fileprivate private(set) var reservations: [Reservation] = []
  fileprivate private(set) var scratch: Int?

  /// An empty plan for a rank that computes `shards` shards of each batch.
  public init(shards: Int = 1, keepsOutputs: Bool = false, precision: Precision = .float32) {
    self.shards = shards
    self.keepsOutputs = keepsOutputs
    self.precision = precision
    inputPrecision = precision
  }

  /// Plans some layers, inputs included, in another precision.
  package mutating func with<Result>(precision: Precision, _ plan: (inout ArenaPlan) -> Result) -> Result {
    let outside = (self.precision, inputPrecision)
    (self.precision, inputPrecision) = (precision, precision)
    defer { (self.precision, inputPrecision) = outside }
    return plan(&self)
  }

  /// Advances to the next layer. Call it before making each layer's pass.
  public mutating func advance() {
    layer += 1
  }

  /// Reserves memory that keeps its contents from step to step, such as packed weights.
  public mutating func persistent(_ floats: Int) -> Slot {
    reserve(floats, 0...ArenaPlan.end)
  }

  /// Reserves memory in use from this layer's forward pass to its backward pass, such as its outputs.
  public mutating func activation(_ floats: Int) -> Slot {
    reserve(floats, layer...ArenaPlan.end - layer)
  }

  /// Reserves memory in use from this layer's backward pass on: a gradient, which earlier layers may change in place.
  public mutating func gradient(_ floats: Int) -> Slot {
    reserve(floats, ArenaPlan.end - layer...ArenaPlan.end)
  }

  /// Reserves memory in use only during this layer's forward pass.
  public mutating func forwardScratch(_ floats: Int) -> Slot {
    reserve(floats, layer...layer)
  }

  /// Reserves memory in use only during this layer's backward pass.
  public mutating func backwardScratch(_ floats: Int) -> Slot {
    reserve(floats, ArenaPlan.end - layer...ArenaPlan.end - layer)
  }

  /// As `persistent`, for `count` values of the plan's precision.
  public mutating func persistentValues(_ count: Int) -> Slot {
    reserveValues(count, 0...ArenaPlan.end)
  }

  /// As `activation`, for `count` values of the plan's precision.
  public mutating func activationValues(_ count: Int) -> Slot {
    reserveValues(count, layer...ArenaPlan.end - layer)
  }

  /// As `gradient`, for `count` values of the plan's precision.
  public mutating func gradientValues(_ count: Int) -> Slot {
    reserveValues(count, ArenaPlan.end - layer...ArenaPlan.end)
  }

  /// As `forwardScratch`, for `count` values of the plan's precision.
  public mutating func forwardScratchValues(_ count: Int) -> Slot {
    reserveValues(count, layer...layer)
  }

  /// As `backwardScratch`, for `count` values of the plan's precision.
  public mutating func backwardScratchValues(_ count: Int) -> Slot {
    reserveValues(count, ArenaPlan.end - layer...ArenaPlan.end - layer)
  }

  /// Makes the scratch that all layers share at least `floats` long. A layer may use it only while it computes.
  public mutating func sharedScratch(_ floats: Int) {
    guard floats > 0 else { return }
    if let slot = scratch {
      reservations[slot].floats = max(reservations[slot].floats, paddedToLanes(floats + paddedToLanes(1)))
    } else {
      scratch = persistent(floats).index
    }
  }

  private mutating func reserve(_ floats: Int, _ ticks: ClosedRange<Int>) -> Slot {
    reserve(floats, .float32, ticks)
  }

  private mutating func reserveValues(_ count: Int, _ ticks: ClosedRange<Int>) -> Slot {
    reserve(count, precision, ticks)
  }

  private mutating func reserve(_ count: Int, _ precision: Precision, _ ticks: ClosedRange<Int>) -> Slot {
    // Includes the slack that kernels may touch after the last row.
    let floats = precision.floats(count + paddedToLanes(1))
    reservations.append(Reservation(floats: paddedToLanes(floats), ticks: ticks))
    return Slot(index: reservations.count - 1, plan: number, count: count, precision: precision)
  }
}

/// The block of memory that a model computes in, allocated once, so that steps allocate nothing.
public final class Arena {
  private let buffer: FloatBuffer
  private let plan: Int
  private let offsets: [Int]
  /// Scratch that each layer may use while it computes; the next layer overwrites it.
  public let scratch: UnsafeMutableBufferPointer<Float>

  /// Lays out the plan's pieces and allocates the memory, filled with zeros.
  /// - Throws: `Failure` (system) if there is not enough memory.
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

  /// The memory of a slot of this arena's plan, which has floats.
  public subscript(slot: ArenaPlan.Slot) -> UnsafeMutablePointer<Float> {
    precondition(!slot.precision.isRounded, "the slot has values of \(slot.precision.rawValue), not floats")
    return start(slot)
  }

  /// The memory of a slot of this arena's plan, in the slot's precision.
  public func values(_ slot: ArenaPlan.Slot) -> Values { Values(start(slot), slot.precision) }

  private func start(_ slot: ArenaPlan.Slot) -> UnsafeMutablePointer<Float> {
    precondition(slot.plan == plan, "a pass runs in the memory that it was made for, and in no other")
    return buffer.base + offsets[slot.index]
  }

  /// The memory of a slot as 32-bit integers, one for each float.
  package func integers(_ slot: ArenaPlan.Slot) -> UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(self[slot]).assumingMemoryBound(to: Int32.self)
  }

  /// Bytes that a plan needs, and how many of these keep their contents from step to step.
  package static func byteCount(of plan: ArenaPlan) -> (all: Int, kept: Int) {
    let kept = plan.reservations.filter { $0.ticks == 0...ArenaPlan.end }
    let size = MemoryLayout<Float>.stride
    return (place(plan.reservations).count * size, kept.reduce(0) { $0 + $1.floats } * size)
  }

  /// Frees the memory before the arena, for another arena in its place; nothing may use it any more.
  package func release() { buffer.release() }

  /// Size in bytes.
  public var byteCount: Int { buffer.count * MemoryLayout<Float>.stride }

  /// Poisoned floats after each piece, in builds with the address sanitizer.
  private static let zone = 64

  /// Places pieces one after the other, each followed by a poisoned zone; none share memory.
  private static func placeApart(_ reservations: [ArenaPlan.Reservation]) -> (offsets: [Int], count: Int) {
    var end = 0
    let offsets = reservations.map { reservation in
      defer { end += reservation.floats + zone }
      return end
    }
    return (offsets, end)
  }

  /// Places pieces, the largest first, each at the lowest offset that is free at all its ticks.
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
