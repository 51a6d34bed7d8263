/// The orientation of a picture's pixels in its file: the EXIF tag of that name, which cameras write.
///
/// The raw value is the tag's. Each case says how to change the pixels to see the picture upright.
enum Orientation: UInt16 {
  /// Nothing.
  case upright = 1
  /// Mirror it, left to right.
  case mirrored
  /// Turn it by 180 degrees.
  case upsideDown
  /// Mirror it, top to bottom.
  case flipped
  /// Exchange rows and columns.
  case transposed
  /// Turn it by 90 degrees clockwise.
  case turnedLeft
  /// Exchange rows and columns, from the far corner.
  case transversed
  /// Turn it by 90 degrees counter-clockwise.
  case turnedRight

  /// Reads the tag 0x0112 from the first directory of an EXIF part's TIFF structure (EXIF 2.3, 4.6). The result is
  /// `upright` if it is missing or damaged, as in other programs.
  init(exif bytes: some RandomAccessCollection<UInt8>) {
    self = Orientation.read(Array(bytes)).flatMap(Orientation.init(rawValue:)) ?? .upright
  }

  private static func read(_ bytes: [UInt8]) -> UInt16? {
    let isLittle = bytes.starts(with: [0x49, 0x49])
    guard isLittle || bytes.starts(with: [0x4D, 0x4D]) else { return nil }
    /// The number of `count` bytes at a place; nil if the structure ends before.
    func number(_ place: Int, _ count: Int) -> Int? {
      guard place >= 0, place + count <= bytes.count else { return nil }
      let digits = bytes[place..<place + count]
      return (isLittle ? Array(digits.reversed()) : Array(digits)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard number(2, 2) == 42, let directory = number(4, 4), let count = number(directory, 2) else { return nil }
    for entry in 0..<count {
      let place = directory + 2 + 12 * entry
      guard let tag = number(place, 2) else { return nil }
      guard tag == 0x0112 else { continue }
      // One SHORT, stored in the entry itself.
      guard number(place + 2, 2) == 3, number(place + 4, 4) == 1 else { return nil }
      return number(place + 8, 2).map(UInt16.init)
    }
    return nil
  }

  /// Whether rows become columns.
  var exchangesSides: Bool { rawValue >= Orientation.transposed.rawValue }

  /// Turns the image upright; `copy` is memory for its old pixels.
  /// - Throws: `Failure` (system) if there is not enough memory.
  func apply(to image: Image, copy: Image) throws {
    guard self != .upright else { return }
    let stored = image.size
    try copy.reshape(stored, format: image.format)
    _ = copy.pixels.update(fromContentsOf: image.pixels)
    if exchangesSides {
      try image.reshape(ImageSize(height: stored.width, width: stored.height), format: image.format)
    }
    switch (image.format.colors, image.format.depth) {
    case (.grey, .eight): turn(copy, into: image, as: UInt8.self)
    case (.grey, .sixteen): turn(copy, into: image, as: UInt16.self)
    case (.rgb, .eight): turn(copy, into: image, as: (UInt8, UInt8, UInt8).self)
    case (.rgb, .sixteen): turn(copy, into: image, as: (UInt16, UInt16, UInt16).self)
    }
  }

  /// Copies the pixels, which are of type `Pixel`, to their places.
  private func turn<Pixel: BitwiseCopyable>(_ stored: Image, into image: Image, as type: Pixel.Type) {
    guard let source = stored.values(as: type), let target = image.values(as: type) else { return }
    let (height, width, columns) = (stored.size.height, stored.size.width, image.size.width)
    for row in 0..<image.size.height {
      for column in 0..<columns {
        let (y, x) =
          switch self {
          case .upright: (row, column)
          case .mirrored: (row, width - 1 - column)
          case .upsideDown: (height - 1 - row, width - 1 - column)
          case .flipped: (height - 1 - row, column)
          case .transposed: (column, row)
          case .turnedLeft: (height - 1 - column, row)
          case .transversed: (height - 1 - column, width - 1 - row)
          case .turnedRight: (column, width - 1 - row)
          }
        target[row * columns + column] = source[y * width + x]
      }
    }
  }
}
