import Foundation
import Images

/// Values painted as pictures.
enum Paint {
  /// Blue below zero, orange above: told apart by colour-blind people, and fit for light and dark pages.
  private static let (cold, hot): ([UInt8], [UInt8]) = ([26, 118, 200], [226, 103, 10])

  /// An image of one channel or three, its values stretched from black to white over its own range.
  static func image(_ values: [Float], height: Int, width: Int, channels: Int) throws -> [UInt8] {
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let scale = high > low ? 255 / (high - low) : 0
    let bytes = values.map { UInt8(max(0, min(255, (($0 - low) * scale).rounded()))) }
    return try PNGEncoder.encode(
      bytes, size: ImageSize(height: height, width: width), colors: channels == 3 ? .rgb : .grey)
  }

  /// Weights of three channels as colours around a middle grey.
  static func colours(_ values: [Float], height: Int, width: Int, limit: Float) throws -> [UInt8] {
    let bytes = values.map { UInt8(max(0, min(255, (127.5 + 127.5 * $0 / limit).rounded()))) }
    return try PNGEncoder.encode(bytes, size: ImageSize(height: height, width: width), colors: .rgb)
  }

  /// Values with signs: as opaque as they are large, blue below zero and orange above.
  static func signed(
    _ values: [Float], height: Int, width: Int, limit: Float, power: Double = 1
  ) throws -> [UInt8] {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(values.count * 4)
    for value in values {
      let share = value.isFinite ? min(1, Double(value.magnitude / limit)) : 1
      pixels += value > 0 ? hot : cold
      pixels.append(UInt8((255 * pow(share, power)).rounded()))
    }
    return try PNGEncoder.encode(pixels, size: ImageSize(height: height, width: width), colors: .rgba)
  }
}
