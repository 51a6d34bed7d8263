import Datasets
import Diagnostics
import Foundation
import Images
import Tensors
import Testing

/// The bytes of a file of Tests/Reference/images.
func imageBytes(_ name: String) throws -> Data {
  let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  return try Data(contentsOf: tests.appending(path: "Reference/images/\(name)"))
}

/// Calls `body` with a folder that holds the files named by their paths, each a copy of one of Tests/Reference/images.
func withImages<Result>(_ files: [String: String], _ body: (String) throws -> Result) throws -> Result {
  let root = FileManager.default.temporaryDirectory.appending(path: "dp-train-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: root) }
  try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
  for (path, name) in files {
    let file = root.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try imageBytes(name).write(to: file)
  }
  return try body(root.path)
}

/// Two classes of three images.
let sixImages = [
  "train/cats/1.jpg": "colour.jpg", "train/cats/2.png": "colour.png", "train/cats/3.jpeg": "grey.jpg",
  "train/dogs/1.jpg": "cmyk.jpg", "train/dogs/2.png": "palette.png", "train/dogs/3.JPG": "progressive.jpg",
]

/// A pipeline of deterministic, then random transforms.
func samplePipeline() -> TransformPipeline {
  TransformPipeline(
    [Resize(.exact(ImageSize(height: 20, width: 24))), RandomHorizontalFlip(), RandomRotation(degrees: -20...20)],
    normalize: Normalize(mean: SIMD3(repeating: 0.5), deviation: SIMD3(repeating: 0.25)))
}

/// A data set's values of these samples: the floats and the class of each.
func loaded(_ data: any Dataset, epoch: Int = 1, _ indices: [Int]) throws -> [(floats: [Float], label: Int32)] {
  let batch = try Batch(shape: data.inputShape, capacity: indices.count)
  try indices.withUnsafeBufferPointer { try data.load(epoch: epoch, indices: $0, into: batch) }
  return indices.indices.map { place in
    let row = batch.view.row(step: 0, sample: place).floats
    return (Array(UnsafeBufferPointer(start: row, count: data.inputShape.count)), batch.classes[place])
  }
}
