import Foundation
import Testing

extension EndToEndTests {
  /// MPICH instead of Open MPI.
  @Suite(.enabled(if: ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1", "takes minutes"))
  struct OtherMPITests {
    @Test func allUsesOfMPIWorkWithMPICH() throws {
      try Folder.temporary { folder in
        let ending = try Program.start(repository + "/Tests/Cluster/mpich.sh", [], in: folder, limit: 1800)
        #expect(
          ending.status == 0 && (ending.output.contains("passed") || ending.output.hasPrefix("skipped:")),
          "\(ending.text)")
      }
    }
  }
}
