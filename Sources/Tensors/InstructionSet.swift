import CKernels
import Diagnostics

/// The processor's vector instructions that the kernels use; every set gives the same bits.
public enum InstructionSet {
  /// The environment variable that chooses a set by name.
  public static let variable = "DPTRAIN_INSTRUCTION_SET"

  /// Names of all sets compiled in, fastest first.
  public static var names: [String] {
    (0..<dpt_variant_count()).map { String(cString: dpt_variant_name($0)) }
  }

  /// Names of the sets that this processor can run, fastest first.
  public static var supported: [String] {
    (0..<dpt_variant_count()).filter { dpt_variant_supported($0) }.map { String(cString: dpt_variant_name($0)) }
  }

  /// The set in use.
  public static var active: String { String(cString: dpt_active_variant()) }

  /// Selects the set for the whole process. Call it before computing anything.
  /// - Throws: `Failure` (usage) if the name is unknown, (unavailable) if the processor lacks the set.
  public static func select(_ name: String) throws {
    guard names.contains(name) else {
      throw Failure(
        .usage, "\(variable)=\(name) is not an instruction set",
        advice: "one of: \(names.joined(separator: ", "))")
    }
    guard dpt_select_variant(name) else {
      throw Failure(
        .unavailable, "\(variable)=\(name): this processor has no \(name)",
        advice: "it can run: \(supported.joined(separator: ", "))")
    }
  }
}
