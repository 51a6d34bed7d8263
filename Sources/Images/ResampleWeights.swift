/// The weights for resampling pixels along one axis: a triangle, wider if the axis shrinks (bilinear with antialiasing,
/// as in PIL and in torchvision with `antialias=True`).
struct ResampleWeights {
  /// The number of input pixels per output pixel.
  private(set) var taps = 0
  /// The first input pixel of each output pixel.
  private(set) var first: [Int32] = []
  /// Output pixels × taps.
  private(set) var byOutput: [Float] = []
  /// Taps × output pixels.
  private(set) var byTap: [Float] = []
  private var input = 0
  private var output = 0

  /// Prepares resampling from `input` to `output` pixels.
  mutating func prepare(from input: Int, to output: Int) {
    guard input != self.input || output != self.output else { return }
    (self.input, self.output) = (input, output)
    let scale = Double(input) / Double(output)
    let reach = max(1, scale)
    taps = min(input, Int((2 * reach).rounded(.up)) + 1)
    first.removeAll(keepingCapacity: true)
    byOutput.removeAll(keepingCapacity: true)
    for place in 0..<output {
      let middle = scale * (Double(place) + 0.5)
      let start = max(0, Int(middle - reach + 0.5))
      let end = min(input, Int(middle + reach + 0.5))
      // All output pixels have as many taps; those outside of `start` ..< `end` have weight 0.
      let begin = min(start, input - taps)
      first.append(Int32(begin))
      let weights = (begin..<begin + taps).lazy.map { pixel -> Double in
        guard pixel >= start, pixel < end else { return 0 }
        return max(0, 1 - abs(Double(pixel) + 0.5 - middle) / reach)
      }
      let total = weights.reduce(0, +)
      byOutput.append(contentsOf: weights.map { Float($0 / total) })
    }
    byTap.removeAll(keepingCapacity: true)
    for tap in 0..<taps {
      for place in 0..<output { byTap.append(byOutput[place * taps + tap]) }
    }
  }
}
