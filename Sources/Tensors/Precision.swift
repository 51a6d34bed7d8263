import CKernels

/// The precision of activations and of their gradients, as they lie in memory between layers. Weights, sums, statistics and
/// losses are float32 in each.
public enum Precision: String, Sendable, CaseIterable {
  /// 32 bits.
  case float32
  /// 16 bits: the upper half of a float32, which has its range and 8 bits of precision.
  case bfloat16

  /// Bytes of a value.
  public var bytes: Int {
    switch self {
    case .float32: 4
    case .bfloat16: 2
    }
  }

  /// The kernels' name for it.
  package var kernel: dpt_precision {
    switch self {
    case .float32: DPT_IN_FLOAT32
    case .bfloat16: DPT_IN_BFLOAT16
    }
  }

  /// Whether values are rounded to it, when they are written.
  package var isRounded: Bool {
    switch self {
    case .float32: false
    case .bfloat16: true
    }
  }

  /// How many floats take as much memory as some values, whole floats.
  package func floats(_ values: Int) -> Int {
    switch self {
    case .float32: values
    case .bfloat16: (values + 1) / 2
    }
  }
}
