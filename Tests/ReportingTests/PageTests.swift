import Datasets
import Diagnostics
import Foundation
import Recording
import Reporting
import Testing

@Suite("The report's page")
struct PageTests {
  @Test("has every section; every figure has title, name, axes and legend; nothing comes from elsewhere")
  func structure() throws {
    let folder = try RunFixture.make(steps: 200) { $0 == 150 ? 5 : 1.4 / (1 + Double($0) / 50) }
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

  @Test("settings have a row for each option that a run sets")
  func options() throws {
    let names = ["sampling", "mixing", "transforms", "evaluation transforms", "balanced weights", "monitor", "stop"]
    let plain = try RunFixture.make(steps: 5)
    defer { try? FileManager.default.removeItem(atPath: plain.path) }
    let without = try Report([plain]).html()
    for name in names + ["best weights"] { #expect(!without.contains("<td>\(name)</td>"), "\(name)") }
    let set = try RunFixture.make(
      recipe: "cifar",
      overrides: [
        "sampling=balanced", "mix={mixup: 0.2, cutmix: 1}", "loss.classWeights=balanced", "precision=bfloat16",
        "data.evaluationTransforms=[{center-crop: 32}]", "data.validationShare=0.1", "monitor=macro-f1", "stop=5",
        "restoreBest=true",
      ], steps: 5)
    defer { try? FileManager.default.removeItem(atPath: set.path) }
    var facts = DataFacts(inputShape: [32, 32, 3], classNames: ["cat", "dog"])
    facts.balancingWeights = [0.5, 1.5]
    try set.write(json: facts, to: set.dataFacts)
    let page = try Report([plain, set]).html()
    for name in names { #expect(page.contains("<td>\(name)</td><td>none</td><td>"), "\(name)") }
    for words in [
      "<td>mixup 0.2 or cutmix 1.0</td>", "<td>balanced: drawn with replacement, all classes equally often</td>",
      "random-horizontal-flip", "<td>classWeights: cat 0.5000, dog 1.5000</td>",
      "<td>metric macro-f1, direction auto</td>", "<td>patience 5, minimum 0</td>", "<td>restored at the end</td>",
      "<td>float32</td><td>bfloat16</td>",
    ] {
      #expect(page.contains(words), "\(words)")
    }
  }

  @Test("losses are shown on a linear and a logarithmic axis, and their files are named so")
  func scales() throws {
    let folder = try RunFixture.make(steps: 200)
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let report = try Report([folder])
    let page = try report.html()
    let id = "learning-curves-figure-1"
    #expect(page.contains(#"<input type="radio" id="\#(id)-0" name="\#(id)" checked=""/>"#))
    #expect(page.contains(#"<label for="\#(id)-1">logarithmic</label>"#))
    let names = try report.writeFigures(to: folder.path + "/figures")
    #expect(names.contains("loss-by-epoch.svg") && names.contains("loss-by-epoch-logarithmic.svg"))
    let text = try String(contentsOfFile: folder.path + "/figures/loss-by-epoch.svg", encoding: .utf8)
    #expect(text.contains(">loss (nats)<"))
  }

  @Test("spikes of every curve are listed; without spikes there is no chart of them")
  func spikes() throws {
    let calm = try RunFixture.make(steps: 200)
    defer { try? FileManager.default.removeItem(atPath: calm.path) }
    let still = try Report([calm]).html()
    #expect(still.contains("no spikes in training, mean of the epoch, no spikes in test"))
    #expect(!still.contains("Loss with its spikes"))
    // The second test, and 137 single steps later on.
    let wild = try RunFixture.make(steps: 3720) { step in
      step == 62 ? 9 : step > 310 && step.isMultiple(of: 25) ? 8 : 1.4 / (1 + Double(step) / 50)
    }
    defer { try? FileManager.default.removeItem(atPath: wild.path) }
    let page = try Report([wild]).html()
    #expect(page.contains("Loss with its spikes") && page.contains("smaller ones"))
    #expect(page.contains("<td>test</td><td>2</td>"))
    #expect(page.contains("<summary>Spikes of single steps</summary>\n<div class=\"table\">"))
    #expect(!still.contains("<summary>Spikes"))
  }

  @Test("names are escaped")
  func escaping() throws {
    let folder = try RunFixture.make(steps: 5)
    let odd = RunFolder(path: folder.path + "<b>&\"x")
    try FileManager.default.moveItem(atPath: folder.path, toPath: odd.path)
    defer { try? FileManager.default.removeItem(atPath: odd.path) }
    let page = try Report([odd]).html()
    #expect(!page.contains("<b>"))
    _ = try PageStructure(page)
  }

  @Test("of 100,000 steps is small, made quickly, and shows a spike of one step")
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

  @Test("of a new run says that it has just begun; a folder without a run has none")
  func unfinished() throws {
    let folder = try RunFixture.make(steps: 1)
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    // A line that is still being written.
    let file = try #require(FileHandle(forWritingAtPath: folder.metrics))
    try file.seekToEnd()
    try file.write(contentsOf: Data(#"{"event":"st"#.utf8))
    #expect(try Report([folder]).html().contains("has not ended"))
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
