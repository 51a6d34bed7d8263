/// Detects arrays whose channels surely come first, as PyTorch has them, and says what to write instead.
struct ChannelHints {
  /// The array in messages, such as "train.npz: x".
  let array: String
  /// Its shape.
  let shape: [Int]
  /// Whether its first axis counts samples.
  let isOfSamples: Bool

  private var sample: [Int] { Array(shape.dropFirst(isOfSamples ? 1 : 0)) }

  /// A notice about channels × height × width; nil for others.
  var ofImages: String? {
    guard sample.count == 3 else { return nil }
    let (channels, height, width) = (sample[0], sample[1], sample[2])
    let comesFirst =
      switch channels {
      case 1: height == width && width > 4
      case 3: height == width ? width > 4 : min(height, width) > 8
      // Small maps of as many channels as columns may be meant.
      case 2...16: height == width && width > 16 && width >= 2 * channels
      default: false
      }
    guard comesFirst else { return nil }
    return
      "\(array) has the shape \(shape), which is \(isOfSamples ? "images" : "an image") of \(channels) × \(height) pixels and "
      + "\(width) channels. If it is \(ChannelHints.channels(channels)) of \(height) × \(width) pixels, write it as "
      + "x.transpose\(isOfSamples ? "(0, 2, 3, 1)" : "(1, 2, 0)"): the channels must come last."
  }

  /// A hint about channels × steps; nil for others. Vectors of many features may have this shape, too.
  var ofSequences: String? {
    guard sample.count == 2 else { return nil }
    let (channels, steps) = (sample[0], sample[1])
    guard channels <= 16, steps > 32, steps >= 8 * channels else { return nil }
    return
      "\(array) has the shape \(shape), which is \(channels) step\(channels == 1 ? "" : "s") of \(steps) features: "
      + "\(ChannelHints.channels(channels)) of \(steps) steps would be x.transpose\(isOfSamples ? "(0, 2, 1)" : "(1, 0)")"
  }

  private static func channels(_ count: Int) -> String { "\(count) \(count == 1 ? "channel" : "channels")" }
}
