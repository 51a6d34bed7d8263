import Formats
import Foundation
import Testing

extension EndToEndTests {
  /// `dp-train data`.
  struct DataCommandTests {
    private struct Line: Decodable {
      struct Part: Decodable {
        struct Moments: Decodable {
          let name: String
          let count: Int
          let least, most, mean, deviation: Double?
        }
        let part: String
        let samples, read: Int
        let classCounts: [Int]
        let inputs: [Moments]
      }
      let shape: [Int]
      let classes: [String]
      let parts: [Part]
      let normalization: String?
      let warnings: [String]
    }

    @Test func digitsHaveTheirNumbersOnTheTerminalInJSONAndOnAPage() throws {
      try Folder.temporary { folder in
        try SmallData.writeDigits(folder)
        let ending = try Program.run(["data", "mnist", "--out", "pages/mnist.html"], in: folder)
        #expect(ending.status == 0, "\(ending.text)")
        #expect(ending.output.hasPrefix("mnist: an image of 8×8×1, and a class\n"), "\(ending.output)")
        #expect(ending.lines.contains { $0.hasPrefix("to normalize  mean: 0.") && $0.contains(", std: 0.") })
        #expect(ending.output.hasSuffix("\npages/mnist.html\n"))
        #expect(try folder.text("pages/mnist.html").contains("data:image/png;base64,"))

        let json = try Program.run(["data", "mnist", "--json", "--samples", "7"], in: folder)
        #expect(json.status == 0 && json.errors == "", "\(json.text)")
        let line = try JSONDecoder().decode(Line.self, from: Data(json.output.utf8))
        #expect(line.shape == [8, 8, 1] && line.classes == ["0", "1"])
        #expect(line.parts.map(\.samples).reduce(0, +) == 130 && line.parts.map(\.read).allSatisfy { $0 <= 7 })
        let training = try #require(line.parts.first)
        #expect(training.part == "training" && training.classCounts.reduce(0, +) == training.samples)
        let pixels = try #require(training.inputs.first)
        #expect(pixels.name == "channel 0" && pixels.count == 7 * 64)
        // Before the recipe's normalization.
        #expect(try #require(pixels.least) >= 0 && #require(pixels.most) <= 1)
      }
    }

    @Test func otherSourcesAreShownToo() throws {
      try Folder.temporary { folder in
        try SmallData.writeNames(folder)
        try SmallData.writeCIFAR(folder)
        try SequenceData.writeSeries(folder)
        let texts = [
          ("names", "Xhosa"), ("cifar", "to normalize  - normalize: {mean: ["),
          ("series.yaml", "to normalize  standardize: channel"), ("echo", "and"),
        ]
        for (recipe, text) in texts {
          let ending = try Program.run(["data", recipe, "--out", "\(recipe).html", "--samples", "50"], in: folder)
          #expect(ending.status == 0 && ending.output.contains(text), "\(recipe): \(ending.text)")
        }
      }
    }

    /// What normalizes grey images of 16 bits is that of the pixels from 0 to 1, without random transforms and normalization.
    @Test(arguments: [16, 8])
    func greyImagesOf16BitsAreNormalizedByTheirPixels(depth: Int) throws {
      try Folder.temporary { folder in
        let name = "grey-sixteen-bits.png"
        for label in ["a", "b"] {
          try Folder(path: folder["images/\(label)"]).create()
          try FileManager.default.copyItem(
            atPath: reference("images/\(name)"), toPath: folder["images/\(label)/1.png"])
        }
        try folder.write(
          """
          data:
            source: image-folder
            folder: images
            colors: grey
            depth: \(depth)
            transforms: [random-horizontal-flip, color-jitter: {brightness: 0.9}, normalize: {mean: [0.9], std: [0.1]}]
          model: {layers: [flatten, linear: 2]}

          """, to: "my.yaml")
        let archive = try NPZArchive(contentsOf: reference("images.npz"))
        let pixels = try archive.array(depth == 16 ? "wide/\(name)" : "grey/\(name)").int32s().map {
          Double($0) / Double(1 << depth - 1)
        }
        let mean = pixels.reduce(0, +) / Double(pixels.count)
        let deviation = (pixels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(pixels.count)).squareRoot()
        let ending = try Program.run(["data", "my.yaml", "--json"], in: folder)
        try #require(ending.status == 0, "\(ending.text)")
        let line = try JSONDecoder().decode(Line.self, from: Data(ending.output.utf8))
        let found = try #require(line.parts.first?.inputs.first)
        let (foundMean, foundDeviation) = (try #require(found.mean), try #require(found.deviation))
        #expect(abs(foundMean - mean) < 1e-6 && abs(foundDeviation - deviation) < 1e-6)
        #expect(
          line.normalization
            == String(format: "- normalize: {mean: [%.4g], std: [%.4g]}", foundMean, foundDeviation))
      }
    }

    @Test func aRunsDataIsThatOfItsRecipe() throws {
      try Folder.temporary { folder in
        let run = try Program.run(["train", "steps=1", "data.testSize=32", "--out", "run"], in: folder)
        #expect(run.status == 0, "\(run.text)")
        let ending = try Program.run(["data", "run", "data.validationSize=16"], in: folder)
        #expect(ending.status == 0 && ending.lines.contains { $0.hasPrefix("validation ") }, "\(ending.text)")
      }
    }
  }
}
