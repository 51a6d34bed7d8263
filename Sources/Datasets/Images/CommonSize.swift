import Diagnostics
import Images
import Tensors

extension TransformPipeline {
  /// The size of all results: set by the transforms, or else found from the sizes of the images, nil where one is not known.
  /// - Parameter training: the inputs of training, whose size it must be; nil for any.
  /// - Throws: `Failure` (configuration) that says which transform is missing.
  func commonSize(of images: any ImageSource, sizes: [ImageSize?], like training: Shape?) throws -> ImageSize {
    let found = outputSize().map { [$0] } ?? sizes.map { $0.flatMap { outputSize(for: $0) } }
    let results = found.compactMap(\.self)
    guard results.count == found.count, let first = results.first else {
      throw Failure(
        .configuration, "no transform fixes the size of images, and their own sizes are not known",
        advice: training.map(advice)
          ?? "one of data.transforms must fix height and width, for example \(text(ImageSize(height: 256, width: 256))); "
          + "or data.checkInputs: true, if all have one size")
    }
    if let other = results.firstIndex(where: { $0 != first }) {
      throw Failure(
        .configuration,
        "\(transforms.isEmpty ? "images" : "the transforms leave images") of different sizes: \(images.name(of: 0)) of "
          + "\(first) pixels, \(images.name(of: other)) of \(results[other])",
        advice: training.map(advice)
          ?? (transforms.isEmpty
            ? "data.transforms bring them to one: data: {source: …, transforms: [\(text(first))]}"
            : "one of data.transforms must fix height and width, for example \(text(first))"))
    }
    return try checked(first, like: training)
  }

  /// The size, if it is that of the inputs of training, or if there are none to compare with.
  /// - Throws: `Failure` (configuration) if not.
  func checked(_ size: ImageSize, like training: Shape?) throws -> ImageSize {
    guard let training, training.imageSize != size else { return size }
    throw Failure(
      .configuration, "images of evaluations have \(size) pixels, those of training \(training.imageSize)",
      advice: advice(training))
  }

  /// How evaluations get images of the size of training.
  private func advice(_ training: Shape) -> String {
    let others = normalize == .none ? "" : ", \(Normalize.name): …"
    return
      "data.evaluationTransforms must bring them to the size of training, for example [\(text(training.imageSize))\(others)]; "
      + "without this key, evaluations take those of data.transforms that are not random"
  }

  private func text(_ size: ImageSize) -> String { "\(Resize.name): {size: [\(size.height), \(size.width)]}" }
}

extension Shape {
  /// Height and width, if it is the shape of an image; a damaged file may hold another one.
  fileprivate var imageSize: ImageSize {
    ImageSize(height: extents.first ?? 0, width: extents.dropFirst().first ?? 0)
  }
}
