import Collectives
import Tensors

/// A row of floats for each sample, written once; the ranks of a machine share it.
///
/// Ranks write rows of other samples in one step, and read them in later ones; each step's sum lies between.
struct SampleTable {
  /// Floats of a row.
  let width: Int
  private let memory: SharedMemory
  /// Bytes before the rows of an area: whether each is written.
  private let flagBytes: Int

  /// A table for `count` samples that the ranks of a machine share; nil on all ranks if they cannot. Every rank makes it.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  init?(count: Int, width: Int, sharedBy communicator: any Communicator) throws {
    let ranks = communicator.neighbours.count
    let rows = (count + ranks - 1) / ranks
    self.width = width
    flagBytes = (rows + 63) / 64 * 64
    let byteCount = flagBytes + rows * width * MemoryLayout<Float>.stride
    guard let memory = try communicator.shareMemory(byteCount: byteCount) else { return nil }
    self.memory = memory
  }

  /// The bytes that a table for `count` samples takes.
  static func byteCount(_ count: Int, width: Int) -> Int { count * (1 + width * MemoryLayout<Float>.stride) }

  /// Whether a sample's row was written.
  func has(_ sample: Int) -> Bool { flag(sample).pointee != 0 }

  /// A sample's row was written.
  func note(_ sample: Int) { flag(sample).pointee = 1 }

  /// A sample's row.
  func row(_ sample: Int) -> UnsafeMutablePointer<Float> {
    let (place, area) = sample.quotientAndRemainder(dividingBy: memory.areas.count)
    return (start(area) + flagBytes).assumingMemoryBound(to: Float.self) + place * width
  }

  private func flag(_ sample: Int) -> UnsafeMutablePointer<UInt8> {
    let (place, area) = sample.quotientAndRemainder(dividingBy: memory.areas.count)
    return start(area).assumingMemoryBound(to: UInt8.self) + place
  }

  private func start(_ area: Int) -> UnsafeMutableRawPointer {
    guard let base = memory.areas[area].baseAddress else { preconditionFailure("shared memory without bytes") }
    return base
  }
}
