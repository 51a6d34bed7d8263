import Foundation
import Formats
import Images
import TestSupport
import Testing
import Training

@testable import Recording

/// TensorBoard's own reader (PyPI's package `tensorboard`) finds the written values.
@Suite(.enabled(if: PythonEnvironment.isAvailable, PythonEnvironment.reason))
struct TensorBoardTests {
  private struct Found: Decodable {
    struct Histogram: Decodable {
      let step: Int
      let minimum, maximum, count, sum, sumOfSquares: Double
      let limits, counts: [Double]
    }
    struct Picture: Decodable, Equatable {
      let step, width, height: Int
      let sha256: String
    }
    let fileVersion: Double
    let scalars: [String: [[Double]]]
    let histograms: [String: [Histogram]]
    let images: [String: [Picture]]
    let texts: [String: [String]]
    let plugins: [String: String]

    init(_ folder: RunFolder) throws {
      let result = try PythonEnvironment.run(PythonEnvironment.support("read-tensorboard"), [folder.path])
      #expect(result.status == 0, "\(result.errors)")
      self = try JSONDecoder().decode(Found.self, from: Data(result.output.utf8))
    }
  }

  private static let size = ImageSize(height: 3, width: 5)
  private static let picture = Result {
    try PNGEncoder.encode((0..<size.count).map { UInt8($0) }, size: size, colors: .grey)
  }

  private let run = Run(overrides: ["epochs=3", "record.histograms=20", "record.tensorBoard=10"])

  @Test func everyScalarHistogramAndImageIsRead() throws {
    try withRunFolder { folder in
      let picture = try TensorBoardTests.picture.get()
      let outcome = try run.train(into: folder) { recorder in
        for step in [0, 50] {
          try recorder.addImage("filters/0", png: picture, size: TensorBoardTests.size, colors: .grey, step: step)
        }
      }
      let found = try Found(folder)
      #expect(found.fileVersion == 2)
      try check(found, outcome)
      let digest = try picture.withUnsafeBytes { try sha256(of: $0) }
      let expected = { Found.Picture(step: $0, width: 5, height: 3, sha256: digest) }
      #expect(found.images == ["filters/0": [expected(0), expected(50)]])
      #expect(found.texts.keys.sorted() == ["recipe/text_summary"])
      #expect(found.texts["recipe/text_summary"]?.first?.contains("hiddenSize: 4") == true)
      #expect(found.plugins == ["recipe/text_summary": "text"])
    }
  }

  private func check(_ found: Found, _ outcome: Run.Outcome) throws {
    let points = [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 93]
    let steps = points.map { outcome.steps[$0 - 1] }
    func expected(_ value: (StepReport) -> Double) -> [[Double]] {
      steps.map { [Double($0.step), Double(Float(value($0)))] }
    }
    #expect(found.scalars["loss/training"] == expected(\.loss))
    #expect(found.scalars["accuracy/training"] == expected { $0.accuracy ?? -1 })
    #expect(found.scalars["optimizer/gradientNorm"] == expected(\.gradientNorm))
    #expect(found.scalars["optimizer/learningRate"] == expected(\.learningRate))
    let evaluations = outcome.evaluations
    #expect(found.scalars["loss/test"] == evaluations.map { [Double($0.step), Double(Float($0.loss))] })
    #expect(found.scalars["accuracy/test"] == evaluations.map { [Double($0.step), Double(Float($0.accuracy ?? -1))] })
    let others = ["data", "compute", "communication", "waiting"].map { "time/\($0)" } + ["speed/samplesPerSecond"]
    for tag in others { #expect(found.scalars[tag]?.map { $0[0] } == points.map(Double.init), "\(tag)") }
    // Speed and shares are over all steps since the point before.
    let last = outcome.steps[90...92]
    let seconds = last.reduce(0) { $0 + $1.seconds }
    #expect(found.scalars["speed/samplesPerSecond"]?.last?[1] == Double(Float(96 / seconds)))
    #expect(
      found.scalars["time/compute"]?.last?[1] == Double(Float(last.reduce(0) { $0 + $1.times.compute } / seconds)))
    #expect(found.scalars.count == 13)

    let names = ["0.weight_ih_l0", "0.weight_hh_l0", "0.bias_ih_l0", "0.bias_hh_l0", "1.weight", "1.bias"]
    #expect(Set(found.histograms.keys) == Set(names.flatMap { ["weights/\($0)", "gradients/\($0)", "updates/\($0)"] }))
    let tensors = outcome.tensors
    for (tag, values) in [
      ("weights", tensors.map(\.weights)), ("gradients", tensors.map(\.gradient)), ("updates", tensors.map(\.update)),
    ] {
      let histograms = try #require(found.histograms["\(tag)/0.weight_ih_l0"])
      #expect(histograms.map(\.step) == [1, 20, 40, 60, 80, 93])
      for (histogram, values) in zip(histograms, values) {
        let values = values.prefix(128).map(Double.init)
        #expect(histogram.minimum == values.min() && histogram.maximum == values.max() && histogram.count == 128)
        #expect(histogram.sum == values.reduce(0, +) && histogram.sumOfSquares == values.reduce(0) { $0 + $1 * $1 })
        #expect(histogram.limits.count == 30 && histogram.limits.last == histogram.maximum)
        #expect(histogram.counts.reduce(0, +) == 128)
        // The median is where the histogram has it.
        let middle = values.sorted()[64]
        let below = zip(histogram.limits, histogram.counts).filter { $0.0 < middle }.reduce(0) { $0 + $1.1 }
        #expect(below <= 64)
      }
    }
  }

  /// A run that failed and resumed from a checkpoint has every point once.
  @Test func resumedRunsHaveEachPointOnce() throws {
    try withRunFolder { folder in
      var first = run
      first.overrides.append("checkpoint.steps=40")
      first.failsAfter = 55
      #expect(throws: Broken.self) { try first.train(into: folder) }
      let seen = try #require(try Found(folder).scalars["loss/training"])
      #expect(seen.map { $0[0] } == [1, 10, 20, 30, 40, 50])
      // It fails again before a new checkpoint, so the second file does not count.
      first.failsAfter = 52
      #expect(throws: Broken.self) { try first.train(into: folder) }
      _ = try run.train(into: folder)
      let found = try Found(folder)
      #expect(found.scalars["loss/training"]?.map { $0[0] } == [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 93])
      #expect(found.scalars["loss/test"]?.map { $0[0] } == [31, 62, 93])
      #expect(found.histograms["gradients/1.bias"]?.map(\.step) == [1, 20, 40, 60, 80, 93])
      #expect(found.texts["recipe/text_summary"]?.count == 1)
    }
  }

  /// If a failed run resumes while TensorBoard reads it, TensorBoard drops the repeated points.
  @Test func filesSayWhereARunWasResumed() throws {
    try withRunFolder { folder in
      var first = run
      first.overrides.append("checkpoint.steps=40")
      first.failsAfter = 55
      #expect(throws: Broken.self) { try first.train(into: folder) }
      let before = try Data(contentsOf: URL(filePath: eventFiles(folder)[0]))
      _ = try run.train(into: folder)
      #expect(try eventFiles(folder).count == 2)
      // The file as TensorBoard read it before.
      try before.write(to: URL(filePath: eventFiles(folder)[0]))
      let found = try Found(folder)
      #expect(found.scalars["loss/training"]?.map { $0[0] } == [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 93])
    }
  }

  private func eventFiles(_ folder: RunFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix(EventFile.prefix) }.sorted()
      .map { "\(folder.path)/\($0)" }
  }
}
