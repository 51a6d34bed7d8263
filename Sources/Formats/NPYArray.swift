import Diagnostics

/// A NumPy array: shape, element type, elements in C order (the last axis varies fastest).
///
/// Reads `.npy` files of versions 1.0, 2.0 and 3.0 (NumPy Enhancement Proposal 1), in both byte orders and in C and
/// Fortran order. Writes version 1.0, little endian, C order.
public struct NPYArray: Sendable {
  /// The length of each axis; empty for a single value.
  public let shape: [Int]
  /// The element type.
  public let element: NPYElement
  /// The array's name in messages: its file and, if that is an archive, its entry.
  public let source: String
  /// The number of elements.
  public let count: Int
  /// The elements' bytes, little endian, in C order.
  let bytes: ArraySlice<UInt8>

  /// Reads the `.npy` file at `path`.
  /// - Throws: `Failure` (noInput) if it cannot be opened, (inputOutput) if reading fails, (data) if it is damaged or
  ///   its type is not supported.
  public init(contentsOf path: String) throws {
    try self.init(bytes: fileBytes(path), source: "'\(path)'")
  }

  /// Parses the contents of a `.npy` file; `source` is its name in messages.
  /// - Throws: `Failure` (data) if the contents are damaged or the type is not supported.
  public init(bytes file: [UInt8], source: String) throws {
    let start = try NPYStart(file, size: file.count, source: source)
    let header = start.header
    let size = header.element.byteCount
    self.init(shape: header.shape, element: header.element, count: start.count, source: source) {
      let isFortran = header.isFortranOrder && header.shape.count > 1
      let isSwapped = header.isBigEndian && size > 1
      let data = file[start.length...]
      guard start.count > 0, isFortran || isSwapped else { return data }
      return rearranged(data, shape: header.shape, size: size, fromFortranOrder: isFortran, swapped: isSwapped)[...]
    }
  }

  /// An array of float32 values in C order; their number must be the product of `shape`.
  public init(shape: [Int], floats: [Float]) {
    self.init(shape: shape, element: .float32, bits: floats.map(\.bitPattern))
  }

  /// An array of float64 values in C order; their number must be the product of `shape`.
  public init(shape: [Int], doubles: [Double]) {
    self.init(shape: shape, element: .float64, bits: doubles.map(\.bitPattern))
  }

  /// An array of 32-bit integers in C order; their number must be the product of `shape`.
  public init(shape: [Int], int32s: [Int32]) {
    self.init(shape: shape, element: .int32, bits: int32s)
  }

  /// An array of 64-bit integers in C order; their number must be the product of `shape`.
  public init(shape: [Int], int64s: [Int64]) {
    self.init(shape: shape, element: .int64, bits: int64s)
  }

  /// An array of bytes in C order; their number must be the product of `shape`.
  public init(shape: [Int], uint8s: [UInt8]) {
    self.init(shape: shape, element: .uint8, bits: uint8s)
  }

  private init(shape: [Int], element: NPYElement, bits: [some FixedWidthInteger]) {
    precondition(elementCount(shape) == bits.count, "\(bits.count) values do not fill the shape \(describe(shape))")
    self.init(shape: shape, element: element, count: bits.count, source: "array") { littleEndianBytes(bits)[...] }
  }

  init(shape: [Int], element: NPYElement, count: Int, source: String, bytes: () -> ArraySlice<UInt8>) {
    self.shape = shape
    self.element = element
    self.count = count
    self.source = source
    self.bytes = bytes()
  }

  /// The array as a `.npy` file: version 1.0, little endian, C order, data at a multiple of 64 bytes.
  public func encoded() -> [UInt8] {
    let order = element.byteCount == 1 ? "|" : "<"
    let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = Array("{'descr': '\(order)\(element.rawValue)', 'fortran_order': False, 'shape': (\(lengths)), }".utf8)
    let prefix = NPYStart.magic.count + 4
    header += [UInt8](repeating: UInt8(ascii: " "), count: 63 - (prefix + header.count) % 64)
    header.append(UInt8(ascii: "\n"))
    return NPYStart.magic + [1, 0] + littleEndianBytes([UInt16(header.count)]) + header + bytes
  }

  /// Writes the array to the `.npy` file at `path`, all or nothing; throws as `AtomicFile.write`.
  public func write(to path: String) throws {
    try AtomicFile.write(encoded(), to: path)
  }
}

/// The elements of `bytes`, of `size` bytes each, in C order; `swapped` reverses the bytes of each element.
///
/// `shape` must have no axis of length 0. In Fortran order the first axis varies fastest.
private func rearranged(
  _ bytes: ArraySlice<UInt8>, shape: [Int], size: Int, fromFortranOrder: Bool, swapped: Bool
) -> [UInt8] {
  // For each axis, the distance in bytes from an element to the next.
  var strides = [Int](repeating: 0, count: shape.count)
  var stride = size
  for axis in fromFortranOrder ? Array(shape.indices) : shape.indices.reversed() {
    strides[axis] = stride
    stride *= shape[axis]
  }
  var position = [Int](repeating: 0, count: shape.count)
  var offset = 0
  return bytes.withUnsafeBytes { source in
    [UInt8](unsafeUninitializedCapacity: bytes.count) { result, initialized in
      for start in Swift.stride(from: 0, to: bytes.count, by: size) {
        for byte in 0..<size {
          result.initializeElement(at: start + byte, to: source[offset + (swapped ? size - 1 - byte : byte)])
        }
        for axis in shape.indices.reversed() {
          position[axis] += 1
          offset += strides[axis]
          if position[axis] < shape[axis] { break }
          offset -= strides[axis] * shape[axis]
          position[axis] = 0
        }
      }
      initialized = bytes.count
    }
  }
}
