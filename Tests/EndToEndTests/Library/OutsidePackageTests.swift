import Formats
import Foundation
import Testing

extension EndToEndTests {
  /// Another package that depends on this one by its path.
  @Suite(.enabled(if: ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1", "takes minutes"))
  struct OutsidePackageTests {
    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func aDependentPackageTrainsItsLayerWithTheSameBits() throws {
      try Folder.temporary { folder in
        try Folder(path: folder["Sources/own"]).create()
        try folder.write(
          """
          // swift-tools-version: 6.0
          import PackageDescription

          let package = Package(
            name: "own",
            dependencies: [.package(path: "\(repository)")],
            targets: [
              .executableTarget(
                name: "own",
                dependencies: [.product(name: "DPTrain", package: "\(URL(filePath: repository).lastPathComponent)")])
            ])

          """, to: "Package.swift")
        let example = Folder(path: repository + "/Examples/custom-layer")
        try folder.write(try example.text("main.swift"), to: "Sources/own/main.swift")
        try folder.write(try example.text("leak.yaml"), to: "leak.yaml")
        let build = [
          "swift", "build", "-c", "release", "--product", "own", "--scratch-path", repository + "/.build-outside",
        ]
        let built = try Program.start("/usr/bin/env", build, in: folder, limit: 1800)
        #expect(built.status == 0 && !built.text.contains("warning:"), "\(built.text)")
        let place = try Program.start("/usr/bin/env", build + ["--show-bin-path"], in: folder, limit: 60)
        let program = place.output.trimmingCharacters(in: .whitespacesAndNewlines) + "/own"
        let digests = try [nil, 3].map { ranks in
          let out = Folder(path: folder["ranks-\(ranks ?? 1)"])
          try out.create()
          let ending = try Program.run([folder["leak.yaml"], "epochs=20"], of: program, ranks: ranks, in: out)
          #expect(ending.status == 0, "\(ending.text)")
          let weights = try out.contents().filter {
            $0.hasSuffix("/weights.safetensors") && !$0.contains("checkpoints")
          }
          return try sha256(ofFile: out[weights.first ?? ""])
        }
        #expect(digests[0] == digests[1])
      }
    }
  }
}
