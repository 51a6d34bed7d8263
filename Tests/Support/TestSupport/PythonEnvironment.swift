import Foundation
import Testing

/// A Python with the packages that tests compare with (Tests/Support/python-environment), found or made once.
///
/// A test that needs it has the trait `.enabled(if: PythonEnvironment.isAvailable, PythonEnvironment.reason)`.
public enum PythonEnvironment {
  /// The reason why tests are skipped without it; the script prints more on standard error.
  public static let reason: Comment =
    "needs Python packages: run Tests/Support/python-environment to see why there are none"
  /// The reason why tests are skipped without PyTorch.
  public static let torchReason: Comment =
    "needs PyTorch: run Tests/Support/python-environment --torch to see why there is none"
  /// The reason why tests are skipped without torchvision.
  public static let torchvisionReason: Comment =
    "takes minutes and needs torchvision: run Tests/Support/python-environment --torchvision to see why there is none"

  /// Whether there is a Python with all but PyTorch.
  public static var isAvailable: Bool { path != nil }
  /// Whether it has PyTorch, too.
  public static var hasTorch: Bool { pathWithTorch != nil }
  /// Whether it has PyTorch and torchvision, too.
  public static var hasTorchvision: Bool { hasTorch && pathWithTorchvision != nil }

  /// The result of a script.
  public struct Result: Sendable {
    /// Its exit status.
    public let status: Int32
    /// The text on standard output.
    public let output: String
    /// The text on standard error.
    public let errors: String
  }

  /// Runs a Python script; `torch` says whether it needs PyTorch.
  /// - Throws: an error if Python cannot be started or is missing.
  public static func run(_ script: String, _ arguments: [String], torch: Bool = false) throws -> Result {
    guard let python = torch ? pathWithTorch : path else { throw CocoaError(.fileNoSuchFile) }
    return try run(python, [script] + arguments, environment: ["PYTHONDONTWRITEBYTECODE": "1"])
  }

  /// A file in the folder of the script that makes the environment.
  public static func support(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: name).path
  }

  private static let path = find([])
  private static let pathWithTorch = path == nil ? nil : find(["--torch"])
  // The same Python, since both are installed in one place.
  private static let pathWithTorchvision = find(["--torchvision"])

  private static func find(_ arguments: [String]) -> String? {
    let result = try? run(support("python-environment"), arguments, environment: [:])
    guard let result, result.status == 0 else {
      FileHandle.standardError.write(Data((result?.errors ?? "").utf8))
      return nil
    }
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func run(_ program: String, _ arguments: [String], environment: [String: String]) throws -> Result {
    // Files, not pipes: nothing can fill up.
    let folder = FileManager.default.temporaryDirectory.appending(path: "dp-train-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func file(_ name: String) throws -> FileHandle {
      try Data().write(to: folder.appending(path: name))
      return try FileHandle(forWritingTo: folder.appending(path: name))
    }
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
    }
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try file("output")
    process.standardError = try file("errors")
    try process.run()
    process.waitUntilExit()
    return Result(status: process.terminationStatus, output: try text("output"), errors: try text("errors"))
  }
}
