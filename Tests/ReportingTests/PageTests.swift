import Diagnostics
import Foundation
import Recording
import Reporting
import Testing

@Suite("The report's page")
struct PageTests {
  @Test("has every section; every figure has title, name, axes and legend; nothing comes from elsewhere")
  func structure() throws {
    let folder = try RunFixture.make(steps: 200)
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let page = try Report([folder]).html()
    let structure = try PageStructure(page)
    for section in ["settings", "learning-curves", "spikes", "weights-and-gradients", "time"] {
      #expect(structure.sections.contains(section))
    }
    #expect(structure.figures.count >= 10)
    for figure in structure.figures { #expect(figure.isComplete, "\(figure.title)") }
    for link in structure.links { #expect(link.hasPrefix("#") || link.hasPrefix("data:"), "\(link)") }
    for address in ["http:", "https:", "//fonts", "@import"] { #expect(!page.contains(address)) }
  }

  @Test("names are written so that they stay text")
  func escaping() throws {
    let folder = try RunFixture.make(steps: 5)
    let odd = RunFolder(path: folder.path + "<b>&\"x")
    try FileManager.default.moveItem(atPath: folder.path, toPath: odd.path)
    defer { try? FileManager.default.removeItem(atPath: odd.path) }
    let page = try Report([odd]).html()
    #expect(!page.contains("<b>"))
    _ = try PageStructure(page)
  }

  @Test("of 100,000 steps stays small and is made quickly, and shows a spike of one step")
  func longRun() throws {
    let folder = try RunFixture.make(steps: 100_000, stepsPerEpoch: 1000) { $0 == 54_321 ? 77.25 : 1.5 }
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let start = Date()
    let page = try Report([folder]).html()
    #expect(Date().timeIntervalSince(start) < 2)
    #expect(page.utf8.count < 1_000_000)
    #expect(page.contains("77.25"))
    let small = try Report([folder], detail: 0.25).html()
    #expect(small.utf8.count < page.utf8.count * 3 / 4 && small.contains("77.25"))
  }

  @Test("of a run that has just begun says so; of a folder without a run there is none")
  func unfinished() throws {
    let folder = try RunFixture.make(steps: 1)
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    // What is being written.
    let file = try #require(FileHandle(forWritingAtPath: folder.metrics))
    try file.seekToEnd()
    try file.write(contentsOf: Data(#"{"event":"st"#.utf8))
    #expect(try Report([folder]).html().contains("has not come to its end"))
    #expect(throws: Failure.self) { try Report([RunFolder(path: "/nowhere")]) }
  }

  @Test("of a run without a step shows no empty plots")
  func noSteps() throws {
    let folder = try RunFixture.make(steps: 0)
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let page = try Report([folder]).html()
    #expect(page.contains("No step is recorded yet.") && !page.contains("<figure"))
  }

  @Test("a damaged line is named")
  func damage() throws {
    let folder = try RunFixture.make(steps: 3)
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let text = try String(contentsOfFile: folder.metrics, encoding: .utf8)
    try text.replacingOccurrences(of: #""step":2"#, with: "step:2").write(
      toFile: folder.metrics, atomically: true, encoding: .utf8)
    let failure = #expect(throws: Failure.self) { try Report([folder]) }
    #expect(failure?.message.contains("line 2") == true)
  }
}
