import Images

/// Floats of mean 0 and deviation 1.
public struct NormalizeSettings: Equatable, Sendable {
  /// What is taken off red, green and blue.
  public var mean: [Double]
  /// What they are divided by.
  public var std: [Double]

  /// Three means and three standard deviations.
  public init(mean: [Double], std: [Double]) {
    self.mean = mean
    self.std = std
  }
}

extension NormalizeSettings: TransformVariantSettings {
  static let name = Normalize.name
  static let doc = "(x - mean) / std of red, green and blue; the last transform"

  init() { self.init(mean: [0, 0, 0], std: [1, 1, 1]) }

  static let fields: [Field<NormalizeSettings>] = [
    Field(
      "mean", \.mean, .list(.number()), required: true, "what is taken off red, green and blue, which go from 0 to 1"),
    Field("std", \.std, .list(.number(.from(0.0001, through: 10000))), required: true, "what they are divided by"),
  ]

  func check(_ section: Section) throws {
    for (key, values) in [("mean", mean), ("std", std)] where values.count != 3 {
      throw section.conflict(
        of: [key], "\(section.path(of: key)) has \(values.count) entries", advice: "one each for red, green and blue")
    }
  }

  /// Not one of those that change images: it is what the pipeline writes.
  var transform: (any Transform)? { nil }

  var normalize: Normalize {
    Normalize(mean: SIMD3(mean[0], mean[1], mean[2]), deviation: SIMD3(std[0], std[1], std[2]))
  }
}
