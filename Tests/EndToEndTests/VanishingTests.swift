import Formats
import Foundation
import TestSupport
import Testing

extension EndToEndTests {
  /// Files of samples whose disk or file system fails during a training.
  struct VanishingTests {
    private static let compiler = ["/usr/bin/cc", "/usr/bin/clang", "/usr/bin/gcc"].first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    #if os(Linux)
      private static let canLoadBefore = true
    #else
      private static let canLoadBefore = false
    #endif

    /// Data on a mount that vanishes.
    struct Source: CustomTestStringConvertible, Sendable {
      let testDescription: String
      let arguments: [String]
      /// What the paths of its files contain.
      let word: String
      var ranks: Int?
      let prepare: @Sendable (Folder) throws -> Void
    }

    private static var sources: [Source] {
      var sources = [
        Source(
          testDescription: "folders of images", arguments: ["images.yaml", "data.cache=0"], word: "images/train/",
          ranks: Mpirun.isUsable ? 2 : nil
        ) { try $0.writeImageRecipe(epochs: 4) },
        Source(
          testDescription: "tar files", arguments: ["tar.yaml", "data.cache=0", "epochs=4"], word: ".tar"
        ) { try $0.writeTarRecipe() },
        Source(testDescription: "a large .npy file", arguments: ["large.yaml"], word: "large/x.npy") { folder in
          try writeRecipe("source: numpy, train: large", to: folder)
          try Folder(path: folder["large"]).create()
          // Zeros that take no room.
          let text = "{'descr': '|u1', 'fortran_order': False, 'shape': (1100, 250, 250, 1), }"
          let header = Array(text.utf8) + [UInt8](repeating: 32, count: 117 - text.utf8.count) + [10]
          try folder.write([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header, to: "large/x.npy")
          #expect(truncate(folder["large/x.npy"], off_t(10 + header.count + 1100 * 62_500)) == 0)
          try NPYArray(shape: [1100], int32s: (0..<1100).map { Int32($0 % 3) }).write(to: folder["large/y.npy"])
        },
      ]
      #if canImport(CHDF5)
        for chunk in [nil, [1, 250, 250, 1]] {
          let kind = chunk == nil ? "contiguous" : "compressed"
          sources.append(
            Source(testDescription: "a large HDF5 file, \(kind)", arguments: ["large.yaml"], word: "large.h5") {
              folder in
              try writeRecipe("source: hdf5, train: large.h5", to: folder)
              let numbers = [Double](repeating: 0.5, count: 300 * 62_500)
              try writeHDF5(
                [
                  HDF5Array("x", [300, 250, 250, 1], numbers, chunk: chunk, isPacked: chunk != nil),
                  HDF5Array("y", [300], (0..<300).map { Double($0 % 3) }, isWhole: true),
                ], to: folder["large.h5"])
            })
        }
      #endif
      return sources
    }

    private static func writeRecipe(_ data: String, to folder: Folder) throws {
      try folder.write(
        "epochs: 2\ndata: {\(data)}\nmodel: {layers: [average-pool: {kernel: 10}, flatten, linear: 3]}\n",
        to: "large.yaml")
    }

    /// From the first checkpoint on nothing can be read. The training ends with one message, and resumes to the same bits.
    @Test(
      .enabled(if: canLoadBefore && compiler != nil, "needs Linux and a C compiler to pretend that a disk fails"),
      arguments: sources)
    func aTrainingWhoseDataVanishesResumes(source: Source) throws {
      try Folder.temporary { folder in
        let built = try Program.start(
          Self.compiler ?? "",
          ["-shared", "-fPIC", "-o", "fault.so", "\(repository)/Tests/Support/vanishing.c", "-ldl"],
          in: folder)
        try #require(built.status == 0, "\(built.text)")
        try source.prepare(folder)
        let recipe = ["train"] + source.arguments
        var environment = [
          "LD_PRELOAD": folder["fault.so"], "VANISHED_WORD": source.word,
          "VANISHED_FLAG": folder["run/checkpoints/last"], "VANISHED_READS": folder["reads"],
        ]
        let whole = try Program.run(
          recipe + ["--out", "whole"], ranks: source.ranks, in: folder, environment: environment)
        try #require(whole.status == 0, "\(whole.text)")

        let pieces = recipe + ["checkpoint.steps=3", "--out", "run", "--resume"]
        // A checkpoint is written beside training, which might have read everything before. The headers of images are read first.
        environment["VANISHED_MOST"] = String(try folder.bytes("reads").count * 3 / 4)
        try folder.write("", to: "reads")
        var kept: [String: [UInt8]] = [:]
        // The second time they are gone from the beginning; images are not left out for that.
        for time in 1...2 {
          let cut = try Program.run(pieces, ranks: source.ranks, in: folder, environment: environment)
          #expect(cut.status == 74, "\(cut.text)")
          #expect(cut.text.contains(source.word) && !cut.text.contains("left out"), "\(cut.text)")
          #expect(cut.text.components(separatedBy: ": Input/output error").count == 2, "\(cut.text)")
          #expect(cut.text.contains("has failed; when it is back, start again, or resume the training."), "\(cut.text)")
          let saved = try Folder(path: folder["run/checkpoints"]).snapshot()
          #expect(!saved.isEmpty && (time == 1 || saved == kept))
          kept = saved
        }
        let last = try Program.run(pieces, in: folder)
        try #require(last.status == 0, "\(last.text)")
        #expect(!last.errors.contains("since the run began"), "\(last.text)")
        #expect(
          try sha256(ofFile: folder["run/weights.safetensors"])
            == sha256(ofFile: folder["whole/weights.safetensors"]))
        let (metrics, expected) = try (Metrics(run: "run", in: folder), Metrics(run: "whole", in: folder))
        #expect(metrics.steps == expected.steps && metrics.evaluations == expected.evaluations)
      }
    }
  }
}
