import Foundation
import Testing

extension EndToEndTests {
  /// The program's own proof that ranks do not change the bits.
  struct VerifyTests {
    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func verifyComparesRankCountsAndAKilledRun() throws {
      try Folder.temporary { folder in
        let ending = try Program.run(
          ["verify", "temporal-order-rnn", "--ranks", "1,3", "--steps", "2000"], in: folder,
          environment: ["TMPDIR": folder.path])
        #expect(ending.status == 0, "\(ending.text)")
        let rows = ending.output.split(separator: "\n").filter { $0.hasSuffix(" same") }
        #expect(rows.count == 3 && rows.last?.hasPrefix("3, killed, then 1 ") == true, "\(ending.text)")
        #expect(ending.lines[0] == "temporal-order-rnn, 2,000 steps, float32", "\(ending.text)")
        #expect(ending.output.hasSuffix("all weights are the same bits\n"))
        #expect(try folder.contents().filter { $0.hasPrefix("dp-train-verify") } == [])
      }
    }

    /// With a launcher whose jobs end a step early.
    @Test func verifyDetectsADifference() throws {
      try Folder.temporary { folder in
        try folder.write(
          """
          #!/bin/sh
          exec "$@" steps=4

          """, to: "other")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder["other"])
        let ending = try Program.run(
          ["verify", "temporal-order-rnn", "--ranks", "1,2", "--steps", "5", "--launcher", "./other"], in: folder)
        #expect(ending.status == 70 && ending.errors.hasPrefix("the weights are not the same bits\n"), "\(ending.text)")
        #expect(ending.output.contains("DIFFERENT"))
      }
    }

    @Test func nativeSumsAreRefused() throws {
      try Folder.temporary { folder in
        let ending = try Program.run(["verify", "reduction=native"], in: folder)
        #expect(ending.status == 78 && ending.errors.hasPrefix("reduction: native adds gradients in an order"))
      }
    }

    @Test func moreRanksThanShardsAreRefused() throws {
      try Folder.temporary { folder in
        let ending = try Program.run(["verify", "--ranks", "1,9"], in: folder)
        #expect(ending.status == 64 && ending.errors.hasPrefix("9 ranks are more than the recipe has shards, 8\n"))
      }
    }
  }
}
