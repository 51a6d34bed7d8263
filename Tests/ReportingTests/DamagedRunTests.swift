import Collectives
import Diagnostics
import Formats
import Foundation
import Recipes
import Recording
import TestSupport
import Tensors
import Testing
import Training

@testable import Reporting

/// For any contents of a run folder's files, there is a report or a message that names the file.
@Suite("A damaged run")
struct DamagedRunTests {
  private static var isLong: Bool { ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1" }

  private func expectOrderly(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let failure as Failure {
      #expect([.data, .noInput, .configuration].contains(failure.exitCode), "\(failure)")
    }
  }

  @Test("metrics and distributions")
  func records() throws {
    let folder = try RunFixture.make(steps: 40)
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let quantiles = "[-2,-1.5,-1,-0.5,0,0.5,1,1.5,2]"
    let distributions = (1...12).map { step in
      let tensors = ["weight", "gradient"].map { kind in
        #"{"name":"0.weight","kind":"\#(kind)","count":100,"minimum":-2,"maximum":2,"mean":0,"standardDeviation":1,"#
          + #""quantiles":\#(quantiles),"histogram":{"minimum":-2,"maximum":2,"counts":[10,40,40,10]}}"#
      }
      return #"{"step":\#(step),"epoch":1,"tensors":[\#(tensors.joined(separator: ","))]}"# + "\n"
    }.joined()
    let originals = [Array(try Data(contentsOf: URL(filePath: folder.metrics))), Array(distributions.utf8)]
    var random = TestRandom(31)
    for round in 0..<(Self.isLong ? 10_000 : 200) {
      var files = originals
      files[round % 2] = random.damaged(files[round % 2])
      try Data(files[0]).write(to: URL(filePath: folder.metrics))
      try Data(files[1]).write(to: URL(filePath: folder.distributions))
      try expectOrderly { _ = try Report([folder]).html() }
    }
  }

  @Test(
    "numbers that no training writes",
    arguments: [
      #""epoch":1"#: ["\"epoch\":null", "\"epoch\":\"NaN\"", "\"epoch\":1e19"],
      #""step":20"#: ["\"step\":\"NaN\"", "\"step\":1e19", "\"step\":-1", "\"step\":19", "\"step\":20.5"],
    ])
  func refused(value: String, others: [String]) throws {
    for other in others {
      let folder = try RunFixture.make(steps: 20)
      defer { try? FileManager.default.removeItem(atPath: folder.path) }
      let text = try String(contentsOfFile: folder.metrics, encoding: .utf8)
      try text.replacingOccurrences(of: value, with: other).write(
        toFile: folder.metrics, atomically: true, encoding: .utf8)
      let failure = #expect(throws: Failure.self, "\(other)") { try Report([folder]) }
      #expect(failure?.exitCode == .data && failure?.message.contains("line ") == true)
    }
  }

  @Test("numbers at the limits of Double", arguments: ["1e308", "-1e308", "1e-320", "1e-20", "\"inf\""])
  func extremes(number: String) throws {
    for name in ["loss\":1.2", "gradientNorm\":0.25", "learningRate\":0.001", "samplesPerSecond\":12345.678"] {
      let folder = try RunFixture.make(steps: 60) { $0 > 30 ? 1.25 : 0.75 }
      defer { try? FileManager.default.removeItem(atPath: folder.path) }
      let text = try String(contentsOfFile: folder.metrics, encoding: .utf8)
      let key = name.split(separator: ":")[0]
      let changed = text.replacingOccurrences(of: "\"\(name)5", with: "\"\(key):\(number)").replacingOccurrences(
        of: "\"\(name)", with: "\"\(key):\(number)")
      try changed.write(toFile: folder.metrics, atomically: true, encoding: .utf8)
      _ = try PageStructure(try Report([folder]).html())
    }
  }

  @Test("recipe, environment and data.json, and the sections made from them")
  func settings() throws {
    let folder = try RunFixture.trained("temporal-order", overrides: ["data.testSize=8", "data.epochSize=8"])
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let environment = #"""
      {"version":"1","started":"2026-01-01T00:00:00Z","command":["dp-train"],"ranks":2,"hosts":["a","b"],"mpi":"none",
      "instructionSet":"avx2","system":"Linux","processors":2,"course":{"steps":62,"epochs":2,"samplesPerStep":32}}
      """#
    try environment.write(toFile: folder.environment, atomically: true, encoding: .utf8)
    let paths = [folder.environment, folder.dataFacts]
    let originals = try paths.map { Array(try Data(contentsOf: URL(filePath: $0))) }
    let recipe = try Recipe.load(folder.recipe)
    var random = TestRandom(41)
    for round in 0..<(Self.isLong ? 5000 : 200) {
      let which = round % 2
      try Data(random.damaged(originals[which])).write(to: URL(filePath: paths[which]))
      try expectOrderly {
        if round % 20 < 2 { _ = try Report([folder]).html() }
        _ = try? folder.readEnvironment()
        let facts = try folder.readDataFacts()
        let network = try recipe.makeNetwork(inputShape: Shape(facts.inputShape))
        let samples = try recipe.makeReader(facts: facts).samples("BcXdaYbE")
        _ = try Predictor(
          data: samples,
          workspace: Workspace(network, batch: 1, shards: 1, seed: 1, communicator: SoloCommunicator()))
      }
      try Data(originals[which]).write(to: URL(filePath: paths[which]))
    }
    for shape in ["9223372036854775807, 8", "-1, 8", "8, 9223372036854775807", "0, 8", "2147483647, 2147483647", ""] {
      try #"{"classNames":["a"],"inputShape":[\#(shape)]}"#.write(
        toFile: folder.dataFacts, atomically: true, encoding: .utf8)
      let failure = #expect(throws: Failure.self) { try folder.readDataFacts() }
      #expect(failure?.exitCode == .data && failure?.message.contains("shape") == true)
      _ = try Report([folder]).html()
    }
  }
}
