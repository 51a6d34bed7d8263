import Datasets
import Images

/// A data source of encoded images, which may keep one channel, or 16 bits.
public protocol PixelEntry: TransformedEntry {
  /// The channels that images are read with.
  var colors: PixelFormat.Colors { get set }
  /// The bits of a channel: 8 or 16.
  var depth: Int { get set }
  /// The most pixels of an image, in millions.
  var megapixels: Int { get set }
}

extension PixelEntry {
  /// The keys of pixels.
  static var pixelKeys: [RecipeKey<Self>] {
    [
      RecipeKey(
        "megapixels", \Self.megapixels, .number(.from(1, through: 100_000)),
        "the most pixels of an image, in millions"),
      RecipeKey(
        "colors", \Self.colors, .choice,
        "rgb for three channels, or grey for one; files of the other kind are converted"),
      RecipeKey(
        "depth", \Self.depth, .number(.from(8, through: 16)),
        "the bits of a channel, 8 or 16; 16 keeps those of PNG and TIFF files that have them"),
    ]
  }

  /// How images are kept in memory.
  var format: PixelFormat { PixelFormat(colors: colors, depth: .init(rawValue: depth) ?? .eight) }

  /// The most pixels of an image.
  var pixelLimit: Int { megapixels * 1_000_000 }

  /// The reader of image files for a model that was trained on inputs of this shape.
  func makeImageReader(shape: [Int]) throws -> ImageReader {
    try ImageReader(
      pipeline: evaluationSettings.makePipeline(key: "data.evaluationTransforms", colors: colors), shape: shape,
      pixelLimit: pixelLimit, format: format)
  }

  /// Checks the bits of a channel.
  func checkDepth(_ section: RecipeSection) throws {
    guard PixelFormat.Depth(rawValue: depth) == nil else { return }
    throw section.conflict(of: ["depth"], "\(section.path(of: "depth")) is \(depth)", advice: "8 or 16")
  }
}

extension PixelFormat.Colors: Choice {}
