import Datasets
import Diagnostics
import Foundation
import Tensors
import Testing

/// Calls `body` with the path of an empty folder that is removed afterwards; failures name files relative to it.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "datasets-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  do {
    return try body(folder)
  } catch let failure as Failure {
    func relative(_ text: String) -> String {
      text.replacingOccurrences(of: folder + "/", with: "").replacingOccurrences(of: folder, with: "FOLDER")
    }
    throw Failure(failure.exitCode, relative(failure.message), advice: failure.advice.map(relative))
  }
}

func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(filePath: path))
}

func write(_ text: String, to path: String) throws {
  try write(Array(text.utf8), to: path)
}

/// The contents of a batch.
struct Loaded {
  let inputs, values: [Float]
  let classes, lengths: [Int32]
}

/// A copy of a batch of some samples.
func load(_ data: any Dataset, _ indices: [Int]) throws -> Loaded {
  let batch = try Batch(for: data, capacity: indices.count)
  try indices.withUnsafeBufferPointer { try data.load(epoch: 0, indices: $0, into: batch) }
  return withExtendedLifetime(batch) {
    func floats(_ view: TensorView) -> [Float] { (0..<view.rows * view.columns).map { view.base[$0] } }
    var (values, classes): ([Float], [Int32]) = ([], [])
    switch batch.targets {
    case .classes(let indices, _), .mixedClasses(let indices, _, _): classes = (0..<batch.count).map { indices[$0] }
    case .values(let view): values = floats(view)
    }
    return Loaded(
      inputs: floats(batch.view), values: values, classes: classes,
      lengths: (0..<batch.count).map { Int32(batch.steps(ofSample: $0)) })
  }
}

/// The message of the failure that `body` throws, which must be of this kind.
func failure<Result>(_ kind: ExitCode = .data, of body: () throws -> Result) throws -> String {
  let failure = try #require(throws: Failure.self) { try body() }
  #expect(failure.exitCode == kind && failure.advice != nil, "\(failure)")
  return failure.message
}
