/// The shape of the array in a `.npy` file, by its first bytes; `source` is its name in messages.
/// - Parameter size: the number of bytes of the whole file.
/// - Throws: `Failure` (data) if they are damaged, the type is not supported, or the file has another size than its shape.
public func npyShape(_ bytes: [UInt8], size: Int, source: String) throws -> [Int] {
  try NPYStart(bytes, size: size, source: source).header.shape
}
