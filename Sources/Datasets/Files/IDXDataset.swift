import Diagnostics
import Formats
import Tensors

/// Grey images and their labels from two IDX files, the format of MNIST.
///
/// Images are samples × height × width. 8-bit ones are scaled to 0…1, other types are not. Then the mean is subtracted
/// and the result divided by the standard deviation.
public final class IDXDataset: Dataset {
  private enum Pixels {
    /// The file's bytes, and the input value of each of the 256.
    case bytes([UInt8], values: [Float])
    case floats([Float])
  }

  /// False: a sample is the same in every epoch.
  public let variesByEpoch = false
  /// [height, width, 1].
  public let inputShape: Shape
  /// The classes' names.
  public let classNames: [String]
  /// Number of images.
  public let count: Int
  /// False: images have no steps.
  public let hasLengths = false
  /// The class of each image; 0 without labels.
  public var classes: [Int32]? { labels }
  private let labels: [Int32]
  private let pixels: Pixels

  /// Reads both files whole. Without `labels` every image is of class 0. If `classNames` is nil, labels are named "0",
  /// "1", … up to the largest.
  /// - Throws: `Failure` (noInput, inputOutput, data) naming the file, the row, and what would be right.
  public init(images: String, labels: String?, classNames: [String]? = nil, mean: Float = 0, std: Float = 1) throws {
    let array = try IDXArray(contentsOf: images)
    guard array.shape.count == 3, !array.shape.contains(0) else {
      throw Failure(
        .data, "\(images): the array has the shape \(array.shape)",
        advice: "images must be samples × height × width, and at least one")
    }
    let (count, size) = (array.shape[0], array.shape[1] * array.shape[2])
    inputShape = .image(height: array.shape[1], width: array.shape[2], channels: 1)
    self.count = count
    if array.element == .uint8 {
      pixels = .bytes(array.bytes, values: (0...255).map { (Float($0) / 255 - mean) / std })
    } else {
      let values = array.floats()
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw Failure(
          .data, "\(images): image \(index / size) holds \(values[index].text)", advice: "pixels must be finite numbers"
        )
      }
      pixels = .floats(values.map { ($0 - mean) / std })
    }
    self.labels =
      try labels.map { try IDXDataset.labels($0, count: count, images: images) } ?? Array(repeating: 0, count: count)
    self.classNames = try ClassLabels.names(of: self.labels, among: classNames, path: labels ?? images)
  }

  private static func labels(_ path: String, count: Int, images: String) throws -> [Int32] {
    let array = try IDXArray(contentsOf: path)
    guard array.shape.count == 1, let labels = array.int32s() else {
      throw Failure(
        .data, "\(path): the array has the shape \(array.shape) of \(array.element)",
        advice: "labels must be one whole number for each image")
    }
    guard labels.count == count else {
      throw Failure(
        .data, "\(path) has \(counted(labels.count, "label")), but \(images) has \(counted(count, "image"))",
        advice: "row \(min(labels.count, count)) is in one of them only; both files must be of the same samples")
    }
    return labels
  }

  /// The image's number, from 0.
  public func text(of index: Int) -> String { "image \(index)" }

  /// Copies images.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {
    batch.resize(count: indices.count)
    let view = batch.view
    let size = inputShape.count
    for (place, index) in indices.enumerated() {
      let target = view.row(step: 0, sample: place).floats
      let range = index * size..<(index + 1) * size
      switch pixels {
      case .bytes(let bytes, let values):
        for (offset, byte) in bytes[range].enumerated() { target[offset] = values[Int(byte)] }
      case .floats(let floats):
        for (offset, value) in floats[range].enumerated() { target[offset] = value }
      }
      batch.classes[place] = labels[index]
    }
  }
}

/// Reads the images of IDX files.
public struct IDXReader: InputReader {
  private let shape: Shape
  private let mean, std: Float

  /// A reader of images with the shape and scaling of those that a model was trained on.
  public init(shape: [Int], mean: Float, std: Float) {
    self.shape = Shape(shape)
    self.mean = mean
    self.std = std
  }

  /// Reads all images of a file.
  public func samples(_ input: String) throws -> any Dataset {
    let images = try IDXDataset(images: input, labels: nil, mean: mean, std: std)
    guard images.inputShape == shape else {
      throw Failure(
        .data, "\(input): images have the shape \(images.inputShape)", advice: "the run was trained on \(shape)")
    }
    return images
  }
}
