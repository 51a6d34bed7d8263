import CKernels
import Foundation

/// Runs `body` once for each instruction set that this machine has, and returns the results by name; the fastest set
/// is in use again afterwards. Nothing runs `onOneInstructionSet` meanwhile.
public func onEachInstructionSet<T>(_ body: () throws -> T) rethrows -> [(name: String, result: T)] {
  try InstructionSetLock.shared.holding(.alone) {
    defer { _ = dpt_select_variant(dpt_variant_name(firstSupported)) }
    return try (0..<dpt_variant_count()).filter { dpt_variant_supported($0) }.map { index in
      _ = dpt_select_variant(dpt_variant_name(index))
      return (String(cString: dpt_variant_name(index)), try body())
    }
  }
}

/// Runs `body` while no other test selects an instruction set. Needed where weights are packed for bfloat16, since each set has its
/// own form; everything else gives the same bits on any set.
public func onOneInstructionSet<T>(_ body: () throws -> T) rethrows -> T {
  try InstructionSetLock.shared.holding(.together, body)
}

private var firstSupported: Int32 {
  (0..<dpt_variant_count()).first { dpt_variant_supported($0) } ?? 0
}

/// Tests share the instruction set; one that selects others has it alone.
private final class InstructionSetLock: @unchecked Sendable {
  enum Use { case alone, together }

  static let shared = InstructionSetLock()
  private let lock = UnsafeMutablePointer<pthread_rwlock_t>.allocate(capacity: 1)
  /// Marks threads that have the lock with their use of it.
  private static let key = "InstructionSetLock"

  private init() { pthread_rwlock_init(lock, nil) }

  /// Runs `body` with the lock; a thread that has it takes it no second time.
  func holding<T>(_ use: Use, _ body: () throws -> T) rethrows -> T {
    let marks = Thread.current.threadDictionary
    if let held = marks[Self.key] as? Use {
      precondition(held == .alone || use == .together, "select instruction sets outside of onOneInstructionSet")
      return try body()
    }
    _ = use == .alone ? pthread_rwlock_wrlock(lock) : pthread_rwlock_rdlock(lock)
    marks[Self.key] = use
    defer {
      marks.removeObject(forKey: Self.key)
      pthread_rwlock_unlock(lock)
    }
    return try body()
  }
}
