/// The weights with which pixels along one axis are resampled to another number: a triangle, widened where the axis
/// shrinks (bilinear with antialiasing, as in PIL and in torchvision with `antialias=True`).
struct ResampleWeights {
  /// The input pixels that each output pixel takes.
  private(set) var taps = 0
  /// The first of them, for each output pixel.
  private(set) var first: [Int32] = []
  /// Output pixels × taps.
  private(set) var byOutput: [Float] = []
  /// Taps × output pixels.
  private(set) var byTap: [Float] = []
  private var input = 0
  private var output = 0

  /// Prepares resampling `input` pixels to `output`.
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
      // All take as many pixels; those before `start` and from `end` on weigh nothing.
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
