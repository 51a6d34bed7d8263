import CKernels
import Foundation

/// One test at a time selects a set; other tests get the same bits on any set.
private let lock = NSLock()

/// Runs `body` once for each instruction set that this machine has, and returns the results by name; the fastest set
/// is in use again afterwards.
public func onEachInstructionSet<T>(_ body: () throws -> T) rethrows -> [(name: String, result: T)] {
  lock.lock()
  defer { lock.unlock() }
  defer { _ = dpt_select_variant(dpt_variant_name(firstSupported)) }
  return try (0..<dpt_variant_count()).filter { dpt_variant_supported($0) }.map { index in
    _ = dpt_select_variant(dpt_variant_name(index))
    return (String(cString: dpt_variant_name(index)), try body())
  }
}

private var firstSupported: Int32 {
  (0..<dpt_variant_count()).first { dpt_variant_supported($0) } ?? 0
}
