import Foundation
import Images

/// A small picture for a page or a sheet.
struct Tile {
  let height, width: Int
  let colors: PNGEncoder.Colors
  /// The pixels' bytes, row by row.
  let bytes: [UInt8]

  /// The picture as a PNG file.
  /// - Throws: `Failure` (software) if it cannot be encoded.
  func png() throws -> [UInt8] {
    try PNGEncoder.encode(bytes, size: ImageSize(height: height, width: width), colors: colors)
  }

  /// Red, green and blue of a pixel, blended with white if it is transparent.
  func onWhite(row: Int, column: Int) -> [UInt8] {
    let first = (row * width + column) * colors.rawValue
    switch colors {
    case .grey: return [UInt8](repeating: bytes[first], count: 3)
    case .rgb: return Array(bytes[first..<first + 3])
    case .rgba:
      let opacity = Double(bytes[first + 3]) / 255
      return (0..<3).map { UInt8((opacity * Double(bytes[first + $0]) + (1 - opacity) * 255).rounded()) }
    }
  }
}

extension Tile {
  /// Blue below zero, orange above: colour-blind people can tell them apart, and they suit light and dark pages.
  private static let (cold, hot): ([UInt8], [UInt8]) = ([26, 118, 200], [226, 103, 10])

  /// An image of one channel or three, its values stretched from black to white over `range`; nil for its own range.
  static func image(
    _ values: [Float], height: Int, width: Int, channels: Int, range: ClosedRange<Float>? = nil
  ) -> Tile {
    let (low, high) = (range?.lowerBound ?? values.min() ?? 0, range?.upperBound ?? values.max() ?? 1)
    let scale = high > low ? 255 / (high - low) : 0
    return Tile(
      height: height, width: width, colors: channels == 3 ? .rgb : .grey,
      // Of any other number of channels, only the first is shown.
      bytes: stride(from: 0, to: values.count, by: channels == 3 ? 1 : channels).map {
        byte((values[$0] - low) * scale)
      })
  }

  /// Values of three channels as colours, with middle grey for zero.
  static func colours(_ values: [Float], height: Int, width: Int, limit: Float) -> Tile {
    Tile(height: height, width: width, colors: .rgb, bytes: values.map { byte(127.5 + 127.5 * $0 / limit) })
  }

  /// Signed values: blue below zero, orange above, the larger the more opaque. A `power` below 1 makes small values
  /// more visible.
  static func signed(_ values: [Float], height: Int, width: Int, limit: Float, power: Double = 1) -> Tile {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * 4)
    for value in values {
      let share = value.isFinite ? min(1, Double(value.magnitude / limit)) : 1
      bytes += value > 0 ? hot : cold
      bytes.append(UInt8((255 * pow(share, power)).rounded()))
    }
    return Tile(height: height, width: width, colors: .rgba, bytes: bytes)
  }

  private static func byte(_ value: Float) -> UInt8 { UInt8(max(0, min(255, value.rounded()))) }
}
