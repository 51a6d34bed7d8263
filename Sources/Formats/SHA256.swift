import CCrypto
import Diagnostics

/// The SHA-256 digest (FIPS 180-4) of the file at `path`, in 64 lower-case hexadecimal digits.
///
/// Reads the file in chunks.
/// - Throws: `Failure` (noInput) if it cannot be opened, (inputOutput) if reading fails, (unavailable) if libcrypto has
///   no SHA-256.
public func sha256(ofFile path: String) throws -> String {
  try digest { update in try forEachChunk(ofFile: path) { try update($0) } }
}

/// The SHA-256 digest of the size of the file at `path`, in decimal digits, and of `count` blocks of it of `size` bytes, from its
/// first to its last. The file must be larger than a block.
/// - Throws: as the first form.
public func sha256(ofFile path: String, blocks count: Int, of size: Int) throws -> String {
  let file = try StoredFile(path)
  precondition(file.size > size && count > 1, "blocks of \(size) bytes in a file of \(file.size)")
  let block = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
  defer { block.deallocate() }
  return try digest { update in
    try Array("\(file.size)".utf8).withUnsafeBytes { try update($0) }
    guard let base = block.baseAddress else { return }
    for number in 0..<count {
      let (start, _) = (count - 1).dividingFullWidth(number.multipliedFullWidth(by: file.size - size))
      try file.read(start..<start + size, into: base)
      try update(UnsafeRawBufferPointer(block))
    }
  }
}

/// The SHA-256 digest (FIPS 180-4) of `bytes`, in 64 lower-case hexadecimal digits.
/// - Throws: `Failure` (unavailable) if libcrypto has no SHA-256.
public func sha256(of bytes: UnsafeRawBufferPointer) throws -> String {
  try digest { update in try update(bytes) }
}

private func digest(_ feed: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws -> String {
  let unavailable = Failure(.unavailable, "libcrypto cannot compute SHA-256 here.")
  guard let context = EVP_MD_CTX_new() else { throw unavailable }
  defer { EVP_MD_CTX_free(context) }
  guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else { throw unavailable }
  try feed { bytes in
    guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else { throw unavailable }
  }
  var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
  var count: UInt32 = 0
  guard EVP_DigestFinal_ex(context, &result, &count) == 1 else { throw unavailable }
  return result.prefix(Int(count)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
