/// How the pixels of an image are kept.
public struct PixelFormat: Equatable, Hashable, Sendable {
  /// The channels of a pixel.
  public enum Colors: String, CaseIterable, Sendable {
    /// Red, green and blue.
    case rgb
    /// One channel, from black to white.
    case grey

    /// The number of channels.
    public var channels: Int { self == .rgb ? 3 : 1 }
  }

  /// The bits of a channel.
  public enum Depth: Int, CaseIterable, Sendable {
    /// Values from 0 to 255.
    case eight = 8
    /// Values from 0 to 65535.
    case sixteen = 16
  }

  /// The channels of a pixel.
  public var colors: Colors
  /// The bits of a channel.
  public var depth: Depth

  /// A format of these channels, with these bits each.
  public init(colors: Colors = .rgb, depth: Depth = .eight) {
    (self.colors, self.depth) = (colors, depth)
  }

  /// The number of channels.
  public var channels: Int { colors.channels }

  /// The bytes of a pixel.
  var bytes: Int { channels * depth.rawValue / 8 }
}
