/// How a convolution is computed. It belongs to the result: the algorithms round differently.
public enum ConvolutionAlgorithm: String, CaseIterable, Sendable {
  /// Winograd's, if the layer's shape promises that it is faster, else directly.
  case auto
  /// One multiply-add for each tap.
  case direct
  /// Winograd's, if it can be; else directly.
  case winograd
}

/// The outputs that Winograd's algorithm makes at once, with fewer multiplications than one for each tap: m outputs along
/// an axis of r taps take m + r − 1 instead of m · r (Lavin and Gray 2016, "Fast algorithms for convolutional neural
/// networks").
enum WinogradTile: String, CaseIterable, Sendable {
  /// 2 × 2 pixels by 16 multiplications instead of 36, "F(2×2, 3×3)".
  case two = "F(2×2, 3×3)"
  /// 4 × 4 pixels by 36 multiplications instead of 144, "F(4×4, 3×3)".
  case four = "F(4×4, 3×3)"
  /// 2 × 2 pixels of 5 × 5 taps by 36 multiplications instead of 100, "F(2×2, 5×5)".
  case twoOfFive = "F(2×2, 5×5)"
  /// 4 steps of a sequence by 6 multiplications instead of 12, "F(4, 3)".
  case steps = "F(4, 3)"
  /// 4 steps of 5 taps by 8 multiplications instead of 20, "F(4, 5)".
  case stepsOfFive = "F(4, 5)"

  /// Outputs along both axes.
  var extent: Window.Extent {
    switch self {
    case .four: Window.Extent(4)
    case .two, .twoOfFive: Window.Extent(2)
    case .steps, .stepsOfFive: Window.Extent(height: 4, width: 1)
    }
  }

  /// Taps along both axes.
  private var kernel: Window.Extent {
    switch self {
    case .two, .four: Window.Extent(3)
    case .twoOfFive: Window.Extent(5)
    case .steps: Window.Extent(height: 3, width: 1)
    case .stepsOfFive: Window.Extent(height: 5, width: 1)
    }
  }

  private var isForSequences: Bool { kernel.width == 1 }

  /// Multiplications for an image or sequence, for each pair of channels.
  private func multiplications(_ outputs: Window.Extent) -> Int {
    let places = (extent.height + kernel.height - 1) * (extent.width + kernel.width - 1)
    func tiles(_ pixels: Int, _ size: Int) -> Int { (pixels + size - 1) / size }
    return places * tiles(outputs.height, extent.height) * tiles(outputs.width, extent.width)
  }

  /// The fewest channels, on one side and on the other, for which the transforms pay.
  private var fewestChannels: (Int, Int) { self == .twoOfFive ? (16, 32) : (8, 8) }

  /// The fewest pixels along an axis. Directly, the taps of 5 × 5 that lie in the padding of a small image take no time.
  private var fewestPixels: Int { self == .twoOfFive ? 8 : 1 }

  /// The tile for a layer, a function of its shape alone; nil to compute directly.
  static func choose(
    _ algorithm: ConvolutionAlgorithm, window: Window, groups: Int, isSequence: Bool, channels: Int, outputs: Int,
    size: Window.Extent
  ) -> WinogradTile? {
    guard algorithm != .direct, groups == 1, window.stride == Window.Extent(1), window.dilation == Window.Extent(1)
    else { return nil }
    let tiles = allCases.filter { $0.kernel == window.kernel && $0.isForSequences == isSequence }
    guard let best = tiles.min(by: { $0.multiplications(size) < $1.multiplications(size) }) else { return nil }
    if algorithm == .winograd { return best }
    let (fewer, more) = best.fewestChannels
    guard min(channels, outputs) >= fewer, max(channels, outputs) >= more else { return nil }
    // How far sequences are padded must not show in the bits, so their number of steps does not matter.
    if isSequence { return best }
    // Transforms take time, too: a third of the multiplications must be saved.
    let isFaster = 3 * best.multiplications(size) <= 2 * window.taps * size.height * size.width
    return isFaster && min(size.height, size.width) >= best.fewestPixels ? best : nil
  }
}
