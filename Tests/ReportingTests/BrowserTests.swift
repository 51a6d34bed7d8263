import Foundation
import Reporting
import Testing

@Suite("In a browser")
struct BrowserTests {
  private static let browser = ["chromium", "google-chrome", "chromium-browser"].lazy
    .flatMap { name in (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
    }
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  @Test(
    "the page's script runs without errors",
    .enabled(if: browser != nil, "there is no Chromium to open the page with"))
  func console() throws {
    let folder = try RunFixture.trained("temporal-order", overrides: ["data.testSize=40"])
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    try Report([folder]).write(to: folder.report)
    let process = Process()
    process.executableURL = URL(filePath: try #require(BrowserTests.browser))
    process.arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0", "--timeout=10000",
      "--user-data-dir=\(folder.path)/profile", "--dump-dom", "file://\(folder.report)",
    ]
    let (output, errors) = (folder.path + "/dom.html", folder.path + "/errors.txt")
    for path in [output, errors] { try #require(FileManager.default.createFile(atPath: path, contents: nil)) }
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    process.waitUntilExit()
    let page = try String(contentsOfFile: output, encoding: .utf8)
    let said = try String(contentsOfFile: errors, encoding: .utf8).split(separator: "\n")
    // The script turns each drawing's title into its label.
    #expect(page.contains(#"aria-label="Loss by step""#))
    #expect(said.filter { $0.contains("CONSOLE") } == [])
  }
}
