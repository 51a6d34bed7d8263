import Images

extension Tile {
  private static let lineSize = ImageSize(height: 48, width: 96)
  private static let paper: UInt8 = 244
  /// Colours that colour-blind people can tell apart, for as many channels.
  private static let lineColours: [[UInt8]] = [
    [26, 118, 200], [226, 103, 10], [0, 140, 110], [170, 80, 160], [120, 120, 120], [180, 150, 0],
  ]

  /// A series as lines, one for each of its first six channels. `values` are by step, then by channel; a series with `steps` steps
  /// takes the whole width, and `range` the whole height.
  static func lines(_ values: [Float], channels: Int, steps: Int, range: ClosedRange<Float>) -> Tile {
    let (height, width) = (lineSize.height, lineSize.width)
    var bytes = [UInt8](repeating: paper, count: height * width * 3)
    let length = max(range.upperBound - range.lowerBound, .leastNormalMagnitude)
    /// The pixel of a value; nil if it is not finite.
    func pixel(_ step: Int, _ channel: Int) -> (x: Int, y: Int)? {
      let share = (values[step * channels + channel] - range.lowerBound) / length
      guard share.isFinite else { return nil }
      let y = (1 - min(max(share, 0), 1)) * Float(height - 1)
      return (step * (width - 1) / max(steps - 1, 1), Int(y.rounded()))
    }
    // The first channel is drawn last, over the others.
    for channel in (0..<min(channels, lineColours.count)).reversed() {
      var former: (x: Int, y: Int)?
      for step in 0..<values.count / channels {
        let own = pixel(step, channel)
        if let to = own {
          let from = former ?? to
          let parts = max(abs(to.x - from.x), abs(to.y - from.y), 1)
          for part in 0...parts {
            let (x, y) = (from.x + (to.x - from.x) * part / parts, from.y + (to.y - from.y) * part / parts)
            let place = (y * width + x) * 3
            bytes.replaceSubrange(place..<place + 3, with: lineColours[channel])
          }
        }
        former = own
      }
    }
    return Tile(height: height, width: width, colors: .rgb, bytes: bytes)
  }
}
