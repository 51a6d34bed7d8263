import Formats
import Foundation
import TestSupport
import Testing

extension EndToEndTests {
  /// The same samples in files of several kinds.
  struct ContainerTests {
    private static let (count, height, width) = (40, 6, 5)

    private static func recipe(_ data: String) -> String {
      """
      epochs: 2
      batch: 8
      data: {\(data), validationShare: 0.2}
      model: {layers: [flatten, linear: {outputs: 3}]}

      """
    }

    /// Writes the samples in every kind of file, and returns the recipes' lines that name them.
    private func write(_ folder: Folder) throws -> [String] {
      let (count, height, width) = (Self.count, Self.height, Self.width)
      let pixels = (0..<count * height * width).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 / 30) }
      let classes = (0..<count).map { Int32($0 * 5 % 3) }
      let x = NPYArray(shape: [count, height, width, 1], uint8s: pixels)
      let y = NPYArray(shape: [count], int32s: classes)
      try NPZArchive.write([("x", x), ("y", y)], to: folder["stored.npz"], compressed: false)
      try NPZArchive.write([("x", x), ("y", y)], to: folder["packed.npz"])
      try Folder(path: folder["npy"]).create()
      try x.write(to: folder["npy/x.npy"])
      try y.write(to: folder["npy/y.npy"])
      var sources = ["stored.npz", "packed.npz", "npy"].map { "source: numpy, train: \($0)" }
      #if canImport(CHDF5)
        func part(_ range: Range<Int>, to name: String, chunk: [Int]?) throws {
          let size = height * width
          try writeHDF5(
            [
              HDF5Array(
                "images", [range.count, height, width, 1],
                pixels[range.lowerBound * size..<range.upperBound * size].map { Double($0) }, chunk: chunk,
                isPacked: chunk != nil),
              HDF5Array("labels", [range.count], classes[range].map { Double($0) }, isWhole: true),
            ], to: folder[name])
        }
        try part(0..<count, to: "all.h5", chunk: [4, 3, 5, 1])
        try part(0..<17, to: "part-0.h5", chunk: nil)
        try part(17..<count, to: "part-1.h5", chunk: nil)
        sources += ["all.h5", "\"part-*.h5\"", "[part-0.h5, part-1.h5]"].map {
          "source: hdf5, train: \($0), x: images, y: labels"
        }
      #endif
      return sources
    }

    private func run(_ arguments: [String], in folder: Folder) throws -> Ending {
      let ending = try Program.run(arguments, in: folder)
      try #require(ending.status == 0, "\(ending.text)")
      return ending
    }

    @Test func theWeightsAreTheSameFromEveryContainer() throws {
      try Folder.temporary { folder in
        var weights: [[UInt8]] = []
        for (number, source) in try write(folder).enumerated() {
          try folder.write(Self.recipe(source), to: "my.yaml")
          let ending = try run(["train", "my.yaml", "--out", "run-\(number)"], in: folder)
          #expect(ending.text.contains("are numbers up to 254, and are not scaled") == (number < 3), "\(ending.text)")
          weights.append(try folder.bytes("run-\(number)/weights.safetensors"))
        }
        #expect(weights.allSatisfy { $0 == weights[0] })
        let facts = try folder.text("run-2/data.json")
        #expect(facts.contains("npy/x.npy") || facts.contains("npy\\/x.npy"), "\(facts)")
      }
    }

    @Test func inputsMayBeInEveryContainer() throws {
      try Folder.temporary { folder in
        let sources = try write(folder)
        try folder.write(Self.recipe(sources[0]), to: "my.yaml")
        _ = try run(["train", "my.yaml", "--out", "run"], in: folder)
        let answers = try ["stored.npz", "npy", "npy/x.npy"].map { input in
          try run(["predict", "run", input], in: folder).lines.dropFirst().map { $0.drop { $0 != "]" } }
        }
        #expect(answers[0].count > Self.count && answers.allSatisfy { $0 == answers[0] })
        _ = try run(["evaluate", "run", "npy"], in: folder)
        guard sources.count > 3 else { return }
        try folder.write(Self.recipe(sources[3]), to: "my.yaml")
        _ = try run(["train", "my.yaml", "--out", "other"], in: folder)
        let other = try run(["predict", "other", "all.h5"], in: folder).lines.dropFirst().map { $0.drop { $0 != "]" } }
        #expect(other == answers[0])
        _ = try run(["evaluate", "other", "part-*.h5"], in: folder)
      }
    }

    /// Bytes that a recipe normalizes train as the same numbers in a file, and are predicted as these.
    @Test func normalizedInputsAreThoseOfAFileOfNormalizedNumbers() throws {
      try Folder.temporary { folder in
        let sources = try write(folder)
        let raw = try NPYArray(contentsOf: folder["npy/x.npy"])
        try Folder(path: folder["ready"]).create()
        try NPYArray(shape: raw.shape, floats: raw.floats().map { ($0 - 127) / 73.5 }).write(to: folder["ready/x.npy"])
        try FileManager.default.copyItem(atPath: folder["npy/y.npy"], toPath: folder["ready/y.npy"])
        try folder.write(Self.recipe("source: numpy, train: ready"), to: "my.yaml")
        _ = try run(["train", "my.yaml", "--out", "ready-run"], in: folder)
        let weights = try folder.bytes("ready-run/weights.safetensors")
        func answers(_ name: String, _ input: String) throws -> [Substring] {
          try run(["predict", name, input], in: folder).lines.dropFirst().map { $0.drop { $0 != "]" } }
        }
        let wanted = try answers("ready-run", "ready")
        for (number, source) in sources.enumerated() {
          try folder.write(Self.recipe("\(source), mean: 127, std: [73.5]"), to: "my.yaml")
          let ending = try run(["train", "my.yaml", "--out", "run-\(number)"], in: folder)
          #expect(!ending.text.contains("not scaled"), "\(ending.text)")
          #expect(try folder.bytes("run-\(number)/weights.safetensors") == weights, "\(source)")
          #expect(try answers("run-\(number)", number < 3 ? "npy" : "all.h5") == wanted, "\(source)")
        }
        let data = try run(["data", "run-0"], in: folder)
        #expect(
          data.lines.contains { $0.hasPrefix("to normalize  mean: 12") && $0.contains(", std: 7") }, "\(data.text)")
        _ = try run(["evaluate", "run-0", "stored.npz"], in: folder)
      }
    }

    private static let isLong = ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1"

    @Test(.enabled(if: isLong, "a long test: needs a file system with sparse files"))
    func twentyGigabytesNeedLittleTimeAndMemory() throws {
      try Folder.temporary { folder in
        try Folder(path: folder["data"]).create()
        let (count, size) = (400_000, 50_000)
        let text = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(count), 1000, 50, 1), }"
        let header = Array(text.utf8) + [UInt8](repeating: 32, count: 117 - text.utf8.count) + [10]
        try folder.write([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header, to: "data/x.npy")
        #expect(truncate(folder["data/x.npy"], off_t(10 + header.count + count * size)) == 0)
        try NPYArray(shape: [count], int32s: (0..<count).map { Int32($0 % 3) }).write(to: folder["data/y.npy"])
        try folder.write(
          "data: {source: numpy, train: data}\nmodel: {layers: [average-pool: {kernel: 10}, flatten, linear: 3]}\n",
          to: "my.yaml")
        var most = 0
        let ending = try Program.run(["train", "my.yaml", "steps=20", "--out", "run"], in: folder) { process in
          while kill(process, 0) == 0,
            let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
          {
            guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
              let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
            else { break }
            most = max(most, kilobytes)
            usleep(2000)
          }
        }
        #expect(ending.status == 0, "\(ending.text)")
        // The array is held by the page cache alone: the process has the program, the classes, the order and two batches.
        #expect(0 < most && most < 200_000, "\(most) KB")
        #expect(ending.seconds < 5, "\(ending.seconds) s")
        let facts = try folder.text("run/data.json")
        #expect(facts.contains("\"blocks\""), "\(facts)")
      }
    }
  }
}
