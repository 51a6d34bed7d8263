import Datasets
import Formats
import Testing

/// (x − mean) / std, as inputs are loaded.
@Suite struct InputNormalizationTests {
  private static func numbers(_ count: Int) -> [Float] { (0..<count).map { Float($0 * 37 % 101) / 7 - 5 } }

  /// Shapes with every place of channels in a batch: contiguous, and with other samples between the steps.
  @Test(arguments: [[5, 3], [4, 6, 3], [4, 2, 3, 3], [3, 700], [2, 40, 30, 3]])
  func everyNumberIsNormalizedOnceByItsChannel(shape: [Int]) throws {
    try withFolder { folder in
      let x = Self.numbers(shape.reduce(1, *))
      let channels = shape[shape.count - 1]
      try NPYArray(shape: shape, floats: x).write(to: "\(folder)/x.npy")
      try NPYArray(shape: [shape[0]], int32s: (0..<Int32(shape[0])).map { $0 % 2 }).write(to: "\(folder)/y.npy")
      let own = (mean: (0..<channels).map { Double($0) / 3 }, std: (0..<channels).map { 0.3 + Double($0 % 5) })
      for (mean, std) in [own, ([0.1], [3]), (own.mean, [0.7]), ([0], own.std)] {
        for mostInMemory in [0, 1 << 20] {
          let data = try StoredArray.$mostInMemory.withValue(mostInMemory) { try NumPyDataset(contentsOf: folder) }
          let raw = try load(data, [1, 0]).inputs
          data.normalize(by: try #require(InputNormalization(mean: mean, std: std, channels: channels)))
          let wanted = raw.enumerated().map { place, value in
            let channel = place % channels
            return (value - Float(mean[mean.count == 1 ? 0 : channel])) / Float(std[std.count == 1 ? 0 : channel])
          }
          for _ in 0..<2 { #expect(try load(data, [1, 0]).inputs == wanted) }
          #expect(data.loadsAhead == (mostInMemory == 0))
        }
      }
    }
  }

  @Test func onlyTheStepsThatAreThereAreRead() throws {
    try withFolder { folder in
      try NPZArchive.write(
        [
          ("x", NPYArray(shape: [6, 2], floats: (0..<12).map { Float($0) })),
          ("lengths", NPYArray(shape: [3], int32s: [1, 3, 2])), ("y", NPYArray(shape: [3], int32s: [0, 1, 0])),
        ], to: "\(folder)/t.npz")
      let data = try NumPyDataset(contentsOf: "\(folder)/t.npz")
      data.normalize(by: try #require(InputNormalization(mean: [1, 2], std: [2, 4], channels: 2)))
      #expect(try load(data, [2, 0]).inputs == [3.5, 1.75, 4.5, 2.25, -0.5, -0.25])
      var reader = NumPyReader(shape: [3, 2])
      reader.normalization = InputNormalization(mean: [1, 2], std: [2, 4], channels: 2)
      #expect(try load(reader.samples("\(folder)/t.npz"), [0]).inputs == [-0.5, -0.25])
    }
  }

  @Test func whatChangesNothingIsNone() {
    #expect(InputNormalization(mean: [0], std: [1], channels: 3) == nil)
    #expect(InputNormalization(mean: [0, 0, 0], std: [1], channels: 3) == nil)
    #expect(InputNormalization(mean: [0], std: [1, 1, 2], channels: 3) != nil)
  }
}
