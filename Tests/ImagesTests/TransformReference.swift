import Formats
import Images
import TestSupport
import Testing

/// The floats of a canvas, height × width × channels.
func written(_ canvas: Canvas, _ normalize: Normalize = .none) -> [Float] {
  [Float](unsafeUninitializedCapacity: canvas.size.count * canvas.channels) { buffer, count in
    buffer.baseAddress.map { canvas.write(normalize, to: $0) }
    count = canvas.size.count * canvas.channels
  }
}

/// Expects torchvision's result, the array `name` of the reference file, from a change of the sample image (or of another
/// array; a grey one if the name begins with `grey-`) on every instruction set: with a mean difference of at most `limit`, and at most `share` of the values differing by
/// more than `most`, where 1 is the whole range.
func expectReference(
  _ name: String, of input: String? = nil, within limit: Float = 2e-5, atMost most: Float = 1, for share: Double = 0,
  sourceLocation: SourceLocation = #_sourceLocation, _ change: (Canvas) throws -> Void
) throws {
  let archive = try NPZArchive(contentsOf: reference("transforms.npz"))
  let expected = try archive.array(name)
  let format = PixelFormat(colors: name.hasPrefix("grey-") ? .grey : .rgb)
  let image = try input.map { try bytes(of: archive.array($0)) } ?? decoded("colour.png", format: format)
  let results = try onEachInstructionSet {
    let canvas = Canvas()
    try canvas.load(image)
    try change(canvas)
    return (canvas.size, written(canvas))
  }
  for (set, (size, values)) in results {
    #expect(expected.shape == [size.height, size.width, format.channels], sourceLocation: sourceLocation)
    #expect(values == results.first?.result.1, "\(name) on \(set)", sourceLocation: sourceLocation)
    let differences = zip(expected.floats(), values).map { abs($0 / 65535 - $1) }
    let mean = differences.reduce(0, +) / Float(max(1, values.count))
    #expect(mean <= limit, "\(name) on \(set)", sourceLocation: sourceLocation)
    let many = Double(differences.count { $0 > most }) / Double(max(1, values.count))
    #expect(many <= share, "\(name) on \(set)", sourceLocation: sourceLocation)
  }
}

/// Expects torchvision's result of a transform with these parameters.
func expectReference<T: Transform>(
  _ name: String, _ transform: T, _ parameters: T.Parameters, of input: String? = nil, within limit: Float = 2e-5,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  try expectReference(name, of: input, within: limit, sourceLocation: sourceLocation) {
    try transform.apply(parameters, to: $0)
  }
}

private func bytes(of array: NPYArray) throws -> Image {
  let image = Image()
  try image.reshape(ImageSize(height: array.shape[0], width: array.shape[1]))
  for (place, value) in array.floats().enumerated() { image.pixels[place] = UInt8((value / 257).rounded()) }
  return image
}

/// The jitters of the reference file, in order.
let referenceJitters: [ColorJitter.Parameters] = {
  let jitters: [([Int], [Double])] = [
    ([0], [1.4]), ([0], [0.3]), ([1], [1.5]), ([1], [0.2]), ([2], [1.8]), ([2], [0]), ([3], [0.1]), ([3], [-0.5]),
    ([3], [0.5]), ([3], [-0.07]), ([0, 1, 2, 3], [1.2, 0.7, 1.3, 0.15]), ([3, 2, 1, 0], [-0.2, 1.4, 1.2, 0.8]),
    ([2, 0, 3, 1], [0.6, 1.1, 0.3, 1.6]),
  ]
  return jitters.map { order, values in
    var factors = SIMD4<Double>(1, 1, 1, 0)
    for (which, value) in zip(order, values) { factors[which] = value }
    let all = order + (0..<4).filter { !order.contains($0) }
    return ColorJitter.Parameters(order: SIMD4(all[0], all[1], all[2], all[3]), factors: factors)
  }
}()
