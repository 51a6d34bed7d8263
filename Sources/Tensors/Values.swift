/// Where values of activations or gradients lie, in some precision. It does not own the memory.
public struct Values {
  /// The first value.
  public let address: UnsafeMutableRawPointer
  /// How they lie there.
  public let precision: Precision

  /// Values of a precision at an address.
  package init(_ address: UnsafeMutableRawPointer, _ precision: Precision) {
    self.address = address
    self.precision = precision
  }

  /// Floats.
  public init(_ floats: UnsafeMutablePointer<Float>) { self.init(UnsafeMutableRawPointer(floats), .float32) }

  /// The values from one on.
  public static func + (values: Values, count: Int) -> Values {
    Values(values.address + count * values.precision.bytes, values.precision)
  }

  /// The values as floats, which they must be.
  public var floats: UnsafeMutablePointer<Float> {
    precondition(!precision.isRounded, "these values are \(precision.rawValue), not float32")
    return address.assumingMemoryBound(to: Float.self)
  }

  /// One value. What is written is rounded to the precision: to the nearest value, ties to even.
  public subscript(index: Int) -> Float {
    get {
      switch precision {
      case .float32: address.assumingMemoryBound(to: Float.self)[index]
      case .bfloat16: Float(bitPattern: UInt32(address.load(fromByteOffset: 2 * index, as: UInt16.self)) << 16)
      }
    }
    nonmutating set {
      switch precision {
      case .float32: address.assumingMemoryBound(to: Float.self)[index] = newValue
      case .bfloat16: address.storeBytes(of: newValue.bfloat16Bits, toByteOffset: 2 * index, as: UInt16.self)
      }
    }
  }

  /// Copies values of the same precision, bit by bit.
  package func update(from source: Values, count: Int) {
    precondition(precision.isRounded == source.precision.isRounded, "values are copied, not rounded")
    address.copyMemory(from: source.address, byteCount: count * precision.bytes)
  }

  /// Makes values zero.
  package func clear(count: Int) {
    address.initializeMemory(as: UInt8.self, repeating: 0, count: count * precision.bytes)
  }
}

extension Float {
  /// The nearest bfloat16, ties to even. Denormal numbers become zeros of their sign, and NaN is quiet, as in the kernels.
  fileprivate var bfloat16Bits: UInt16 {
    let bits = bitPattern
    let magnitude = bits & 0x7fff_ffff
    if magnitude > 0x7f80_0000 { return UInt16((bits | 0x0040_0000) >> 16) }
    if magnitude < 0x0080_0000 { return UInt16((bits & 0x8000_0000) >> 16) }
    return UInt16((bits + 0x7fff + (bits >> 16 & 1)) >> 16)
  }
}
