import Diagnostics
import Images
import Tensors

/// Reads image files for a trained model.
public struct ImageReader: InputReader {
  private let shape: Shape
  private let pipeline: TransformPipeline
  private let decoder: ImageDecoder

  /// The endings of image files.
  public let fileEndings = ImageSamples.endings

  /// A reader that transforms images to `shape` as in evaluations; files may claim at most `pixelLimit` pixels, and are read
  /// in a format.
  /// - Throws: `Failure` (data) if the shape is not an image's, (system) if there is not enough memory.
  public init(
    pipeline: TransformPipeline, shape: [Int], pixelLimit: Int = ImageDecoder.defaultPixelLimit,
    format: PixelFormat = PixelFormat()
  ) throws {
    self.pipeline = pipeline
    self.shape = Shape(shape)
    guard shape.count == 3, shape[2] == format.channels else {
      throw Failure(
        .data,
        "the run's data.json holds the shape \(self.shape), which is not an image of "
          + (format.colors == .grey ? "one channel" : "three colours"),
        advice: "train again: the run was trained on other data")
    }
    decoder = try ImageDecoder(pixelLimit: pixelLimit, format: format)
  }

  /// Reads the image of a file.
  /// - Throws: `Failure` (noInput, data) naming a file that cannot be read or is too small for a transform.
  public func samples(_ input: String) throws -> any Dataset {
    let image = Image()
    try decoder.decode(input, into: image)
    try located(input) { try pipeline.prepare(image) }
    return SingleInput(shape: shape) { batch, place in
      try located(input) {
        try pipeline.finish(
          image, random: Philox(seed: 0, purpose: .testData), epoch: 1, sample: 0,
          size: ImageSize(height: shape.extents[0], width: shape.extents[1]),
          to: batch.view.row(step: 0, sample: place).floats)
      }
    }
  }
}
