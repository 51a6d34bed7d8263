import Foundation
import Testing

@testable import Collectives

/// The choice of ranks that compute if there are fewer processors.
@Suite struct ProcessorChoiceTests {
  private func access(_ processors: [Int], quota: Int? = nil, group: UInt64 = 0) -> ProcessorAccess {
    var mask = [UInt64](repeating: 0, count: 2)
    for processor in processors { mask[processor / 64] |= 1 << UInt64(processor % 64) }
    return ProcessorAccess(mask: mask, quota: quota, group: group)
  }

  private func computing(_ machines: [[Int]], _ access: [ProcessorAccess]) -> [Int] {
    ProcessorChoice.computing(machines: machines, access: access)
  }

  @Test(arguments: [1, 2, 3, 8, 100]) func asManyRanksComputeAsThereAreProcessors(processors: Int) {
    let all = (0..<8).map { _ in access(Array(0..<processors)) }
    #expect(computing([Array(0..<8)], all) == Array(0..<min(8, processors)))
  }

  @Test func eachMachineHasItsOwnProcessors() {
    let all = (0..<6).map { _ in access([0, 1]) }
    #expect(computing([[0, 2, 4], [1, 3, 5]], all) == [0, 1, 2, 3])
    #expect(computing([[0, 1, 2, 3, 4], [5]], all) == [0, 1, 5])
  }

  @Test func onlyOneOfTheRanksBoundToAProcessorComputes() {
    #expect(computing([[0, 1, 2, 3]], [access([0]), access([0]), access([1]), access([1])]) == [0, 2])
  }

  @Test func ranksMakeRoomForThoseWithLessChoice() {
    #expect(computing([[0, 1, 2]], [access([0, 1]), access([0]), access([1])]) == [0, 1])
    #expect(computing([[0, 1, 2]], [access([3, 70, 5]), access([3, 70]), access([3])]) == [0, 1, 2])
    #expect(
      computing([[0, 1, 2, 3]], [access([0, 1, 2]), access([0, 1]), access([0, 1]), access([2])]) == [0, 1, 2])
  }

  @Test func aControlGroupSharesItsQuota() {
    let free = Array(0..<8)
    let together = (0..<4).map { _ in access(free, quota: 3, group: 7) }
    #expect(computing([[0, 1, 2, 3]], together) == [0, 1, 2])
    let apart = (0..<4).map { access(free, quota: 1, group: UInt64($0 / 2 + 1)) }
    #expect(computing([[0, 1, 2, 3]], apart) == [0, 2])
  }

  @Test func allRanksComputeIfProcessorsAreUnknown() {
    #expect(computing([[0, 1, 2]], (0..<3).map { _ in access([]) }) == [0, 1, 2])
  }

  @Test func idleProcessorsAreDividedAmongTheRanks() {
    func idle(_ access: [ProcessorAccess], rank: Int = 0) -> Int {
      ProcessorChoice.idle(ofRank: rank, among: Array(access.indices), access: access)
    }
    let eight = Array(0..<8)
    #expect([1, 2, 3, 4, 8, 9].map { idle(Array(repeating: access(eight), count: $0)) } == [7, 3, 1, 1, 0, 0])
    // A rank that is bound to a processor has no other.
    #expect(idle([access([0]), access([1, 2, 70])]) == 0 && idle([access([0]), access([1, 2, 70])], rank: 1) == 1)
    #expect(idle([access(eight, quota: 3, group: 7)]) == 2)
    #expect(idle((0..<2).map { access(eight, quota: 3, group: UInt64($0)) }) == 2)
    #expect(idle([access([]), access([])]) == 0)
  }

  @Test func choosingAmongThousandsOfRanksIsFast() {
    let mask = [UInt64](repeating: .max, count: 4)
    let all = (0..<1000).map { _ in ProcessorAccess(mask: mask, quota: nil, group: 0) }
    let clock = ContinuousClock()
    let start = clock.now
    #expect(computing([Array(0..<1000)], all) == Array(0..<256))
    #expect(clock.now - start < .seconds(1))
  }

  @Test func theTightestQuotaOfAllGroupsCounts() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "dp-train-quota-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: root) }
    func write(_ text: String, _ folder: String) throws {
      try FileManager.default.createDirectory(atPath: root + folder, withIntermediateDirectories: true)
      try text.write(toFile: root + folder + "/cpu.max", atomically: true, encoding: .utf8)
    }
    func quota(_ membership: String) -> Int? { CPUQuota.of(membership, root: root)?.processors }
    #expect(quota("0::/\n") == nil)
    try write("max 100000\n", "/job/step")
    #expect(quota("0::/job/step\n") == nil)
    try write("250000 100000\n", "/job")
    #expect(quota("3:cpu:/\n0::/job/step\n") == 3)
    #expect(quota("0::/other\n") == nil)
    try write("100000 100000\n", "/job/step")
    #expect(quota("0::/job/step\n") == 1)
    #expect(quota("0::/job\n") == 3)
    let groups = ["/job", "/job/step"].map { CPUQuota.of("0::\($0)\n", root: root)?.group }
    #expect(groups[0] != groups[1])
  }

  @Test func thisProcessHasAProcessor() {
    #expect(ProcessorAccess.own().processors.count >= 1)
  }
}
