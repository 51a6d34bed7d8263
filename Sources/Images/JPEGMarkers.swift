/// What the parts of a JPEG file before its first scan say that libjpeg does not tell (ITU-T T.81, annex B).
struct JPEGMarkers {
  /// Which way up the pixels lie.
  private(set) var orientation = Orientation.upright
  /// Where the major version of each JFIF part stands.
  private(set) var versions: [Int] = []
  /// Where the first scan's coded pixels begin; nil where there are none.
  private(set) var scan: Int?

  /// Reads the parts of a file.
  init(_ bytes: [UInt8]) {
    var place = 2
    while place + 4 <= bytes.count {
      // libjpeg passes over stray bytes before a marker, and a marker may be filled up with any number of 0xFF.
      let marker = bytes[place + 1]
      guard bytes[place] == 0xFF, marker != 0xFF else {
        place += 1
        continue
      }
      // These have no content: a stuffed zero, TEM, RST0 to RST7.
      guard ![0x00, 0x01].contains(marker), !(0xD0...0xD7).contains(marker) else {
        place += 2
        continue
      }
      let end = place + 2 + Int(bytes[place + 2]) << 8 + Int(bytes[place + 3])
      let start = place + 4
      guard end >= start, end <= bytes.count else { return }
      let content = bytes[start..<end]
      switch marker {
      case 0xE0 where content.starts(with: JPEGMarkers.jfif) && content.count > 5: versions.append(start + 5)
      case 0xE1 where content.starts(with: JPEGMarkers.exif) && orientation == .upright:
        orientation = Orientation(exif: content.dropFirst(JPEGMarkers.exif.count))
      case 0xDA:
        scan = end
        return
      default: break
      }
      place = end
    }
  }

  /// Whether the end marker follows the first scan: within coded pixels its bytes never stand side by side.
  func hasEnd(_ bytes: [UInt8]) -> Bool {
    guard let scan else { return false }
    return zip(bytes[scan...], bytes[scan...].dropFirst()).contains { $0 == 0xFF && $1 == 0xD9 }
  }

  private static let jfif = [UInt8]("JFIF\0".utf8)
  private static let exif = [UInt8]("Exif\0\0".utf8)
}
