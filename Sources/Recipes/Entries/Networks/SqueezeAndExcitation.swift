/// Squeeze-and-excitation: gates for all channels, made of their means over the pixels. Hu, Shen & Sun 2018. The layers are named `fc1`
/// and `fc2`, as in torchvision.
func squeezeAndExcitation(
  _ name: String, channels: Int, squeezed: Int, _ activation: any LayerEntry, _ gate: any LayerEntry
) -> any LayerEntry {
  branches(
    name, .multiply,
    [
      [],
      [
        AdaptiveAveragePoolEntry(size: .init(1)), convolution("fc1", squeezed, 1, bias: true), activation,
        convolution("fc2", channels, 1, bias: true), gate,
      ],
    ])
}

/// The number of channels that is nearest to `channels`, divisible by 8, and at least nine tenths of it. Sandler et al. 2018.
func divisibleByEight(_ channels: Double) -> Int {
  let nearest = max(8, Int(channels + 4) / 8 * 8)
  return Double(nearest) < 0.9 * channels ? nearest + 8 : nearest
}
