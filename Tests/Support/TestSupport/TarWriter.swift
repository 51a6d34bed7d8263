/// Writes tar files in the format ustar.
public struct TarWriter {
  /// The members so far, without the end.
  public private(set) var bytes: [UInt8] = []

  /// No members.
  public init() {}

  /// The members of these names and contents.
  public init(_ members: KeyValuePairs<String, [UInt8]>) {
    for (name, data) in members { add(name, data) }
  }

  /// Adds a member; `type` is tar's.
  public mutating func add(_ name: String, _ data: [UInt8], type: Unicode.Scalar = "0", size: Int? = nil) {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ offset: Int) {
      header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }
    func octal(_ number: Int, _ digits: Int) -> String {
      let text = String(number, radix: 8)
      return String(repeating: "0", count: digits - text.count) + text
    }
    put(name, 0)
    put("0000644", 100)
    put(octal(size ?? data.count, 11), 124)
    put(octal(0, 11), 136)
    put("        ", 148)
    header[156] = UInt8(ascii: type)
    put("ustar", 257)
    put("00", 263)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6), 148)
    header[154] = 0
    bytes += header + data + [UInt8](repeating: 0, count: (512 - data.count % 512) % 512)
  }

  /// The whole file.
  public var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }
}
