import Diagnostics
import Foundation
import Recording
import Testing

@testable import Reporting

@Suite("Runs side by side on the terminal")
struct ComparisonTests {
  private func remove(_ folders: [RunFolder]) {
    for folder in folders { try? FileManager.default.removeItem(atPath: folder.path) }
  }

  private func cells(_ text: String, _ name: String) -> [String]? {
    text.split(separator: "\n").first { $0.hasPrefix(name + "  ") }?.dropFirst(name.count)
      .components(separatedBy: "  ").filter { !$0.isEmpty }.map { $0.trimmingCharacters(in: .whitespaces) }
  }

  @Test("keys that differ, results, times and curves")
  func whole() throws {
    let folders = [
      try RunFixture.make(steps: 310),
      try RunFixture.make(overrides: ["batch=64", "model.layers.0.lstm.hiddenSize=8"], steps: 155) {
        2 / (1 + Double($0) / 100)
      },
    ]
    defer { remove(folders) }
    let text = try RunComparison(folders).text(width: nil)
    #expect(cells(text, "batch") == ["32", "64"], "\(text)")
    #expect(cells(text, "model.layers.0.lstm.hiddenSize") == ["4", "8"], "\(text)")
    #expect(!text.contains("optimizer"), "\(text)")
    #expect(cells(text, "state") == ["stopped at step 310", "stopped at step 155"], "\(text)")
    #expect(cells(text, "steps") == ["310", "155"])
    // 1.4 / (1 + 310 / 50) and 2 / (1 + 155 / 100).
    #expect(cells(text, "test loss, last") == ["0.1944 *", "0.7843"], "\(text)")
    #expect(cells(text, "test loss, best") == ["0.1944 in epoch 10 *", "0.7843 in epoch 5"], "\(text)")
    #expect(cells(text, "test accuracy, last") == ["60.0 %", "60.0 %"], "\(text)")
    #expect(text.contains("* the best of these runs"))
    // 32 samples a step at 12346 a second.
    #expect(cells(text, "time of steps") == ["0.80 s", "0.80 s"], "\(text)")
    let curves = try #require(text.split(separator: "\n").last { $0.hasPrefix("course of training loss") })
    let parts = curves.split(separator: " ").dropFirst(4)
    // The higher loss is the taller, and the shorter run the shorter curve.
    #expect(parts.last?.first == "█" && parts.first?.count == 32 && parts.last?.count == 16, "\(curves)")
  }

  @Test("a run that ended with its best weights shows their numbers")
  func restored() throws {
    let folders = try (0..<2).map { _ in try RunFixture.make(steps: 93) }
    defer { remove(folders) }
    let end = #"{"epoch":3,"event":"end","step":93,"weightsEpoch":1}"# + "\n"
    try (String(contentsOfFile: folders[0].metrics, encoding: .utf8) + end)
      .write(toFile: folders[0].metrics, atomically: true, encoding: .utf8)
    for folder in folders { try folder.write("", to: folder.weights) }
    let text = try RunComparison(folders).text(width: nil)
    #expect(cells(text, "weights") == ["best, of epoch 1, restored", "the last ones"], "\(text)")
    // 1.4 / (1 + 31 / 50) and 1.4 / (1 + 93 / 50).
    #expect(cells(text, "test loss, of the weights") == ["0.8642", "0.4895 *"], "\(text)")
    #expect(cells(text, "test loss, last") == nil, "\(text)")
    #expect(try !RunComparison(Array(folders.dropFirst())).text(width: nil).contains("the last ones"))
  }

  @Test("the table fits any terminal, and is aligned", arguments: [40, 60, 80, 120, 200])
  func widths(width: Int) throws {
    let folders = try (0..<5).map { try RunFixture.make(overrides: ["seed=\($0 + 1)"], steps: 62) }
    defer { remove(folders) }
    let text = try RunComparison(folders).text(width: width)
    for line in text.split(separator: "\n") { #expect(line.count < width, "\(line)") }
    let seeds = text.split(separator: "\n").filter { $0.hasPrefix("seed ") }
    #expect(seeds.flatMap { $0.split(separator: " ").dropFirst() } == ["1", "2", "3", "4", "5"])
  }

  @Test("runs without metrics, and of other versions")
  func old() throws {
    let (new, old, empty) = (
      try RunFixture.make(steps: 62), try RunFixture.make(steps: 62), try RunFixture.make(steps: 0)
    )
    defer { remove([new, old, empty]) }
    // A key that this version does not know, and one that it lacks.
    let text = try String(contentsOfFile: old.recipe, encoding: .utf8)
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("accumulate:") && !$0.hasPrefix("precision:") }
    try old.write((["momentumOfFormerTimes: 0.5"] + lines).joined(separator: "\n") + "\n", to: old.recipe)
    try FileManager.default.removeItem(atPath: empty.metrics)
    let table = try RunComparison([new, old, empty]).text(width: nil)
    #expect(cells(table, "momentumOfFormerTimes") == ["–", "0.5", "–"], "\(table)")
    #expect(!table.contains("accumulate") && !table.contains("precision"), "\(table)")
    #expect(cells(table, "steps") == ["62", "62", "0"], "\(table)")
    #expect(cells(table, "training loss")?.last == "–", "\(table)")
  }

  @Test("equal recipes say so; damaged metrics are a failure that names the line")
  func faults() throws {
    let folders = try (0..<2).map { _ in try RunFixture.make(steps: 62) }
    defer { remove(folders) }
    #expect(try RunComparison(folders).text(width: 80).contains("no key differs"))
    try "{}\n".write(toFile: folders[1].metrics, atomically: true, encoding: .utf8)
    #expect(throws: Failure.self) { try RunComparison(folders) }
  }
}
