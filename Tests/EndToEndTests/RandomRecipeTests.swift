import Foundation
import TestSupport
import Testing

extension EndToEndTests {
  /// Random recipes with every layer, loss, optimizer and schedule, trained here and in PyTorch: all their records agree, and
  /// so do their exports (Tests/Support/replay).
  struct RandomRecipeTests {
    private static let isLong = ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1"

    @Test(.enabled(if: PythonEnvironment.hasTorch, PythonEnvironment.torchReason))
    func randomRecipesTrainAsInPyTorch() throws {
      let launcher = Mpirun.isUsable ? Mpirun.words : nil
      let result = try PythonEnvironment.run(
        PythonEnvironment.support("replay/replay.py"),
        ["--program", Program.path, "--seeds", Self.isLong ? "1-1000" : "1-36"]
          + (launcher.map { ["--launcher", $0.joined(separator: " ")] } ?? []), torch: true)
      #expect(result.status == 0, "\(result.output)\(result.errors)")
    }
  }
}
