/// Facts from the parts of a JPEG file before its first scan that libjpeg does not report (ITU-T T.81, annex B).
struct JPEGMarkers {
  /// The orientation of the pixels.
  private(set) var orientation = Orientation.upright
  /// The offset of the major version of each JFIF part.
  private(set) var versions: [Int] = []
  /// The offset of the first scan's coded pixels; nil if there are none.
  private(set) var scan: Int?

  /// Reads the parts of a file.
  init(_ bytes: [UInt8]) {
    var place = 2
    while place + 4 <= bytes.count {
      // libjpeg skips stray bytes before a marker, and a marker may be preceded by any number of 0xFF.
      let marker = bytes[place + 1]
      guard bytes[place] == 0xFF, marker != 0xFF else {
        place += 1
        continue
      }
      // Markers without contents: a stuffed zero, TEM, RST0 to RST7.
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

  /// Whether the end marker follows the first scan: its bytes never occur next to each other within coded pixels.
  func hasEnd(_ bytes: [UInt8]) -> Bool {
    guard let scan else { return false }
    return zip(bytes[scan...], bytes[scan...].dropFirst()).contains { $0 == 0xFF && $1 == 0xD9 }
  }

  private static let jfif = [UInt8]("JFIF\0".utf8)
  private static let exif = [UInt8]("Exif\0\0".utf8)
}
