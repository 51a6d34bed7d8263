import Diagnostics
import Foundation
import Recording
import Testing

@testable import Reporting

@Suite("The sections of a trained run")
struct SectionTests {
  @Test("a recurrent one: confusion, examples, states under letters, gradients through time")
  func recurrent() throws {
    let folder = try RunFixture.trained("temporal-order", overrides: ["data.testSize=60"])
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let page = try Report([folder]).html()
    let structure = try PageStructure(page)
    for section in ["confusion-matrix", "examples", "hidden-states", "gradients-through-time"] {
      #expect(structure.sections.contains(section), "\(section)")
    }
    for title in ["Hidden state h, layer 0", "Cell state c, layer 0", "Norm of ∂ℓ/∂h[t], layer 0"] {
      #expect(structure.figures.contains { $0.title == title }, "\(title)")
    }
    #expect(!structure.sections.contains("feature-maps") && !structure.sections.contains("first-layer-filters"))
    #expect(structure.incomplete.isEmpty, "\(structure.incomplete)")
    #expect(page.contains("vanishes") || page.contains("explodes"))
  }

  @Test("numbers are those of the best weights, if these were restored")
  func restored() throws {
    let folder = try RunFixture.trained("temporal-order", overrides: ["data.testSize=60"])
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    // After epochs 1 and 2: 1.4 / (1 + 31 / 50) and 1.4 / (1 + 62 / 50).
    let last = try Report([folder]).html()
    #expect(last.contains("test: accuracy 60.0 %, loss 0.6250 on 992 samples<") && last.contains("After step 62, "))
    let end = #"{"epoch":2,"event":"end","step":62,"weightsEpoch":1}"# + "\n"
    try (String(contentsOfFile: folder.metrics, encoding: .utf8) + end)
      .write(toFile: folder.metrics, atomically: true, encoding: .utf8)
    let best = try Report([folder]).html()
    #expect(best.contains("test: accuracy 60.0 %, loss 0.8642 on 992 samples; best, of epoch 1, restored<"))
    #expect(best.contains("After step 31 (best, of epoch 1, restored), "))
  }

  @Test("a convolutional one: pictures right and wrong, filters, feature maps of three layers")
  func convolutional() throws {
    let folder = try RunFixture.images()
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let structure = try PageStructure(try Report([folder]).html())
    for title in ["Filters of 0.weight", "The image", "Layer 0, conv2d", "Layer 1, conv2d", "Layer 3, conv2d"] {
      #expect(structure.figures.contains { $0.title == title }, "\(title)")
    }
    #expect(structure.figures.contains { $0.title.hasPrefix("Classified") })
    #expect(!structure.sections.contains("hidden-states"))
    #expect(structure.incomplete.isEmpty, "\(structure.incomplete)")
  }

  @Test("several share their axes and are named")
  func sideBySide() throws {
    let folders = try ["a", "b"].map { _ in try RunFixture.trained("temporal-order", overrides: ["data.testSize=40"]) }
    defer { for folder in folders { try? FileManager.default.removeItem(atPath: folder.path) } }
    let structure = try PageStructure(try Report(folders).html())
    #expect(structure.figures.contains { $0.title == "Norm of ∂ℓ/∂h[t], all runs" })
    #expect(structure.figures.first { $0.title == "Loss by step" }?.legend ?? 0 >= 4)
    #expect(structure.incomplete.isEmpty, "\(structure.incomplete)")
  }

  @Test("without its data a run still shows what it recorded")
  func withoutData() throws {
    let folder = try RunFixture.images()
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    try FileManager.default.removeItem(atPath: folder.path + "/data.npz")
    let page = try Report([folder]).html()
    #expect(page.contains("sections that need the model and its data are missing") && page.contains("Loss by step"))
  }

  @Test("distributions become bands and heat maps")
  func distributions() throws {
    let folder = try RunFixture.make(steps: 40)
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let quantiles = "[-2,-1.5,-1,-0.5,0,0.5,1,1.5,2]"
    let text = (1...40).flatMap { step in
      ["weight", "gradient"].map { kind in
        #"{"name":"0.weight","kind":"\#(kind)","count":100,"minimum":-2,"maximum":2,"mean":0,"standardDeviation":1,"#
          + #""quantiles":\#(quantiles),"histogram":{"minimum":-2,"maximum":2,"counts":[10,40,40,10]}}"#
      }.joined(separator: ",").split(separator: "\n").map { "{\"step\":\(step),\"epoch\":1,\"tensors\":[\($0)]}\n" }
    }
    try text.joined().write(toFile: folder.distributions, atomically: true, encoding: .utf8)
    let structure = try PageStructure(try Report([folder]).html())
    for title in ["Weights of 0.weight", "Gradient of 0.weight"] {
      #expect(structure.figures.first { $0.title == title }?.isComplete == true)
    }
  }

  @Test("steps that share a place keep their extremes, and an axis has room for them beside the usual values")
  func extremes() throws {
    let path = NSTemporaryDirectory() + "dp-train-distributions-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let text = (1...400).map { step in
      let size = step == 222 ? 1000.0 : 0.01
      let quantiles = stride(from: -4.0, through: 4, by: 1).map { String($0 * size) }.joined(separator: ",")
      return
        #"{"step":\#(step),"epoch":1,"tensors":[{"name":"w","kind":"gradient","count":9,"quantiles":[\#(quantiles)],"#
        + #""histogram":{"minimum":-4,"maximum":4,"counts":[9]}}]}"# + "\n"
    }
    try text.joined().write(toFile: path, atomically: true, encoding: .utf8)
    let history = try #require(try Distributions(path: path, limit: 10, keeping: [222]).histories.first)
    #expect(history.steps.count == 10 && history.steps.last == 400)
    let quantiles = history.spreads.map(\.quantiles)
    #expect(quantiles.map { $0[8] }.max() == 4000 && quantiles.map { $0[0] }.min() == -4000)
    #expect(quantiles.filter { $0[8] == 0.04 }.count == 9)
    let axis = DistributionSection.axis([history], kind: "gradient")
    #expect(axis.linearSize == 0.01 && axis.bounds == -4000...4000)
    // Without outliers the axis is linear.
    let calm = try #require(try Distributions(path: path, limit: 10, keeping: []).histories.first)
    #expect(calm.spreads.map { $0.quantiles[8] }.max() == 0.04)
    #expect(DistributionSection.axis([calm], kind: "gradient").linearSize == nil)
  }

  @Test("ranks that share the shards by speed have a table of their shares")
  func shares() throws {
    let folder = try RunFixture.make(overrides: ["shards=16", "balance=auto"], steps: 40)
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let metrics = try String(contentsOfFile: folder.metrics, encoding: .utf8)
    func page(_ lines: [String]) throws -> String {
      try ((lines + [""]).joined(separator: "\n") + metrics).write(
        toFile: folder.metrics, atomically: true, encoding: .utf8)
      return try Report([folder]).html()
    }
    let start = #"{"epoch":1,"event":"shares","saving":0.0,"shares":"8 8","step":0}"#
    #expect(try !page([start]).contains("shards of the ranks"))
    let changes = [20, 60].map {
      #"{"epoch":1,"event":"shares","saving":0.25,"shares":"11 5","step":\#($0)}"#
    }
    // After the last change there are no steps yet.
    let changed = try page([start] + changes)
    for text in ["shards of the ranks", "8 and 8 of 16 shards", "11 and 5 of 16 shards", "2.4 ms", "by their speed"] {
      #expect(changed.contains(text), "\(text)")
    }
    #expect(changed.components(separatedBy: "11 and 5 of 16 shards").count == 2)
    #expect(throws: Failure.self) { try page([start.replacing("8 8", with: "8 x")]) }
  }

  @Test("settings tell model, every key of the optimizer and the schedule, and the keys that differ")
  func settings() throws {
    let folders = try [["optimizer.epsilon=1e-3"], ["schedule.name=cosine"]].map {
      try RunFixture.trained("temporal-order", overrides: ["data.testSize=40"] + $0)
    }
    defer { for folder in folders { try? FileManager.default.removeItem(atPath: folder.path) } }
    let page = try Report(folders).html()
    #expect(page.contains("lstm 4 → linear 4, "))
    #expect(page.contains("learningRate") && page.contains("epsilon 0.001") && page.contains("cosine, length none"))
    let differences = try #require(page.range(of: "keys that differ"))
    let table = page[differences.upperBound...].prefix { $0 != "§" }.components(separatedBy: "</table>")[0]
    #expect(table.contains("optimizer.epsilon") && table.contains("schedule.name") && !table.contains("data.testSize"))
  }

  @Test("the confusion matrix is of the samples that examples come from")
  func confusion() throws {
    let folder = try RunFixture.trained("temporal-order", overrides: ["data.testSize=60"])
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let page = try Report([folder]).html()
    #expect(page.contains("Classes of the test samples") && page.contains("After step 62, 60 samples"))
  }

  @Test("histograms are laid out over common bins without losing a value")
  func bins() {
    let histogram = Distributions.Spread.Histogram(minimum: 0, maximum: 4, counts: [10, 20, 30, 40])
    let halves = DistributionSection.shares(histogram, range: 0...4, bins: 2)
    #expect(abs(halves[0] - 0.3) < 1e-12 && abs(halves[1] - 0.7) < 1e-12)
    // Values outside count at the edges.
    let cut = DistributionSection.shares(histogram, range: 1...3, bins: 4)
    for (share, wanted) in zip(cut, [0.2, 0.1, 0.15, 0.55]) { #expect(abs(share - wanted) < 1e-12) }
    let point = Distributions.Spread.Histogram(minimum: 1, maximum: 1, counts: [5, 0])
    #expect(DistributionSection.shares(point, range: 0...2, bins: 4) == [0, 0, 1, 0])
  }

  @Test("figures are written as separate files")
  func figures() throws {
    let folder = try RunFixture.trained("temporal-order", overrides: ["data.testSize=40"])
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let names = try Report([folder]).writeFigures(to: folder.path + "/figures")
    #expect(names.contains("loss-by-step.svg") && Set(names).count == names.count)
    for name in names {
      let text = try String(contentsOfFile: folder.path + "/figures/" + name, encoding: .utf8)
      try PageStructure.check(text)
      #expect(text.hasPrefix("<svg xmlns=") && text.contains("class=\"heading\""))
    }
  }
}
