import Collectives
import Diagnostics
import Formats
import Foundation
import TestSupport
import Testing

@testable import Training

/// Checkpoints with damaged files: all damage is detected, and the newest good checkpoint is used.
struct CheckpointDamageTests {
  /// Waits for each checkpoint to be written: one that is due meanwhile would be skipped.
  private final class Patience: Observer {
    func stepDidFinish(_ report: StepReport) { Thread.sleep(forTimeInterval: 0.03) }
  }

  private func store(_ body: (CheckpointStore, [String]) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let store = CheckpointStore(path: path)
    // With an evaluation on validation samples after step 4 the checkpoint of step 3 is written before that of step 6.
    var small = SmallExperiment()
    small.hasValidation = true
    let made = try small.make()
    let schedule = CheckpointSchedule(steps: 3, epochs: 0)
    let keeper = try CheckpointKeeper(
      made, schedule: schedule, store: store, recipe: "", warn: { Issue.record("\($0)") })
    _ = try Trainer(
      made, workspace: small.workspace(made, SoloCommunicator()), observers: [],
      control: RunControl(folder: path, deadline: nil, schedule: schedule), keeper: keeper
    ).run()
    let folder = store.folder("step-", step: 8)
    try body(
      store, ["weights.safetensors", "state.safetensors", "checkpoint.json", "complete"].map { "\(folder.path)/\($0)" })
  }

  private func newest(_ store: CheckpointStore) -> (step: Int?, complaints: [Failure]) {
    var complaints: [Failure] = []
    let found = store.newest { complaints.append($0) }
    return (found?.manifest.progress.step, complaints)
  }

  @Test func theNewestCheckpointIsUsed() throws {
    try store { store, _ in
      let found = newest(store)
      #expect(found.step == 8 && found.complaints == [])
    }
  }

  /// Bytes flipped, files cut short or grown, swapped, emptied and missing: a random one of the four files each time.
  @Test func everyDamageIsNamedAndTheCheckpointBeforeIsUsed() throws {
    try store { store, files in
      let originals = try files.map { try Data(contentsOf: URL(filePath: $0)) }
      let isLong = ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1"
      var random = TestRandom(7)
      for _ in 0..<(isLong ? 10000 : 300) {
        let which = Int.random(in: files.indices, using: &random)
        var data = originals[which]
        switch Int.random(in: 0..<6, using: &random) {
        case 0: data[Int.random(in: data.indices, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
        case 1: data = data.prefix(Int.random(in: 0..<data.count, using: &random))
        case 2: data.append(UInt8.random(in: 0...255, using: &random))
        case 3: data = originals[(which + Int.random(in: 1...3, using: &random)) % 4]
        case 4: data = Data((0..<data.count).map { _ in UInt8.random(in: 0...255, using: &random) })
        default: data = Data()
        }
        try data.write(to: URL(filePath: files[which]))
        let found = newest(store)
        #expect(found.step == 6)
        #expect(found.complaints.count == 1 && found.complaints[0].message.contains("step-00000008"))
        try originals[which].write(to: URL(filePath: files[which]))
      }
      for (file, original) in zip(files, originals) {
        try FileManager.default.removeItem(atPath: file)
        #expect(newest(store).step == 6)
        try original.write(to: URL(filePath: file))
      }
      #expect(newest(store).step == 8)
    }
  }

  /// With any numbers in a manifest of a valid digest, training resumes or refuses, and never traps.
  @Test func impossibleNumbersAreRefused() throws {
    try store { store, files in
      let original = Array(try Data(contentsOf: URL(filePath: files[2])))
      let isLong = ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1"
      var random = TestRandom(11)
      for _ in 0..<(isLong ? 5000 : 200) {
        try Data(random.damaged(original)).write(to: URL(filePath: files[2]))
        try Data("\(sha256(ofFile: files[2]))\n".utf8).write(to: URL(filePath: files[3]))
        let small = SmallExperiment()
        let made = try small.make()
        let trainer = try Trainer(made, workspace: small.workspace(made, SoloCommunicator()), observers: [])
        do {
          try trainer.resume(store.newest { _ in })
          _ = try trainer.run()
        } catch let failure as Failure {
          #expect([.data, .noInput, .configuration].contains(failure.exitCode), "\(failure)")
        }
      }
    }
  }

  /// Weights that are not finite are a fault of the data, even if all digests match.
  @Test(arguments: [Float.nan, .infinity])
  func nonFiniteWeightsAreRefused(value: Float) throws {
    try store { store, files in
      let weights = try SafetensorsFile(contentsOf: files[0])
      var tensors = weights.tensors
      tensors[1].values[3] = value
      try SafetensorsFile(tensors: tensors, integers: weights.integers, metadata: [:]).write(to: files[0])
      let manifest = try String(contentsOfFile: files[2], encoding: .utf8)
      let old = try #require(store.newestDigest(in: manifest, of: "weights.safetensors"))
      try manifest.replacing(old, with: sha256(ofFile: files[0])).write(
        toFile: files[2], atomically: true, encoding: .utf8)
      try "\(sha256(ofFile: files[2]))\n".write(toFile: files[3], atomically: true, encoding: .utf8)
      #expect(newest(store).step == 8)
      let small = SmallExperiment()
      let made = try small.make()
      let trainer = try Trainer(made, workspace: small.workspace(made, SoloCommunicator()), observers: [])
      #expect {
        try trainer.resume(store.newest { _ in })
      } throws: {
        ($0 as? Failure)?.exitCode == .data && "\($0)".contains("at place 3")
      }
    }
  }

  /// Another model's checkpoint is refused, even if its digests match.
  @Test func anotherModelsCheckpointIsRefused() throws {
    try store { store, _ in
      var other = SmallExperiment()
      other.hidden = 9
      let made = try other.make()
      let trainer = try Trainer(made, workspace: other.workspace(made, SoloCommunicator()), observers: [])
      #expect {
        try trainer.resume(store.newest { _ in })
      } throws: {
        ($0 as? Failure)?.exitCode == .data && "\($0)".contains("weights.safetensors: tensor \"0.weight_ih_l0\"")
      }
    }
  }

  @Test func anUnwritableFolderDoesNotEndTheTraining() throws {
    var complaints: [String] = []
    var small = SmallExperiment()
    small.hasValidation = true
    let made = try small.make()
    let schedule = CheckpointSchedule(steps: 1, epochs: 0)
    let keeper = try CheckpointKeeper(
      made, schedule: schedule, store: CheckpointStore(path: "/proc/none"), recipe: "", warn: { complaints.append($0) })
    let trainer = try Trainer(
      made, workspace: small.workspace(made, SoloCommunicator()), observers: [Patience()],
      control: RunControl(folder: "/proc/none", deadline: nil, schedule: schedule), keeper: keeper)
    // All steps are done; only the missing last checkpoint ends it with an error.
    #expect { _ = try trainer.run() } throws: { ($0 as? Failure)?.exitCode == .cannotCreate }
    #expect(complaints.contains { $0.contains("training continues") && $0.contains("/proc/none") })
  }
}

extension CheckpointStore {
  /// The digest that a manifest's text has for a file.
  fileprivate func newestDigest(in manifest: String, of file: String) -> String? {
    let record = manifest.components(separatedBy: "\"\(file)\"").last
    return record?.firstMatch(of: /"sha256" ?: ?"([0-9a-f]{64})"/).map { String($0.1) }
  }
}
