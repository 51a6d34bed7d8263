import Diagnostics
import Formats
import Images

/// Images of CIFAR's binary files with their classes; pixels are kept as bytes.
public struct CIFARImages: Sendable {
  /// The height and width.
  public static let size = ImageSize(height: CIFARFile.side, width: CIFARFile.side)
  /// The classes' names.
  public let classNames: [String]
  /// The class of each image.
  public let labels: [Int32]
  /// Red, green and blue of each pixel, row by row, image after image.
  let pixels: [UInt8]
  /// The names of the files, and where each one's images begin.
  private let files: [(name: String, first: Int)]

  /// Reads files of a set with these labels.
  /// - Throws: `Failure` (noInput, inputOutput, data) naming the file, the image, and what would be right.
  public init(_ paths: [String], kind: CIFARFolder.Kind, labels kindOfLabels: CIFARFolder.Labels, classNames: [String])
    throws
  {
    let count = kind.classCount(kindOfLabels)
    var (labels, pixels): ([Int32], [UInt8]) = ([], [])
    var files: [(name: String, first: Int)] = []
    for path in paths {
      let file = try CIFARFile(
        contentsOf: path, labelBytes: kind == .ten ? 1 : 2, label: kind == .ten || kindOfLabels == .coarse ? 0 : 1)
      if let image = file.labels.firstIndex(where: { Int($0) >= count }) {
        throw Failure(
          .data, "\(path): image \(image) has the label \(file.labels[image])",
          advice:
            "\(kind.rawValue) has \(kind == .ten ? "" : "\(kindOfLabels.rawValue) ")labels from 0 to \(count - 1): the file "
            + "is damaged, or of another kind")
      }
      files.append((path.split(separator: "/").last.map(String.init) ?? path, labels.count))
      labels += file.labels.map { Int32($0) }
      // The first file's bytes need no copy.
      if pixels.isEmpty { pixels = file.pixels } else { pixels += file.pixels }
    }
    (self.labels, self.pixels, self.files, self.classNames) = (labels, pixels, files, classNames)
  }

  /// A reader of image files of any size for a model that was trained on such images: the shorter side becomes 32 pixels, then
  /// the middle is taken, then come the transforms for evaluation.
  /// - Throws: as `ImageReader`.
  public static func reader(evaluation: TransformPipeline, shape: [Int]) throws -> ImageReader {
    let first: [any Transform] = [Resize(.shorterSide(size.height)), CenterCrop(size)]
    return try ImageReader(
      pipeline: TransformPipeline(first + evaluation.transforms, normalize: evaluation.normalize), shape: shape)
  }

  /// The number of images.
  public var count: Int { labels.count }

  /// An image's file and place in it: `data_batch_2.bin[17]`.
  public func text(of index: Int) -> String {
    guard let file = files.last(where: { $0.first <= index }) else { return "image \(index)" }
    return "\(file.name)[\(index - file.first)]"
  }

  /// Copies an image.
  /// - Throws: `Failure` (system) if there is not enough memory.
  func copy(_ index: Int, to image: Image) throws {
    try image.reshape(Self.size)
    let first = index * CIFARFile.imageBytes
    pixels.withUnsafeBufferPointer {
      _ = image.pixels.update(fromContentsOf: $0[first..<first + CIFARFile.imageBytes])
    }
  }
}
