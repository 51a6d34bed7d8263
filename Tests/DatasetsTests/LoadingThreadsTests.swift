import Diagnostics
import Foundation
import Images
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import Datasets

@Suite struct LoadingThreadsTests {
  /// Notes what each place was done by, and fails at some.
  private final class Work: PlaceWork {
    let failing: Set<Int>
    let done = Mutex<[Int: Int]>([:])

    init(failing: Set<Int> = []) { self.failing = failing }

    func work(at place: Int, thread: Int) throws {
      // Late places come first if they can.
      if place % 7 == 0 { Thread.sleep(forTimeInterval: 0.0005) }
      done.withLock { $0[place, default: 0] += 1 }
      if failing.contains(place) { throw Failure(.data, "place \(place)") }
    }
  }

  @Test(arguments: [1, 2, 5, 40]) func eachPlaceIsDoneOnce(count: Int) throws {
    let threads = try LoadingThreads(count)
    for places in [0, 1, 3, 32, 100] {
      let work = Work()
      try threads.run(places, work)
      #expect(work.done.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<places).map { ($0, 1) }))
    }
  }

  @Test(arguments: [1, 2, 5]) func theLowestPlaceThatFailsIsNamed(count: Int) throws {
    let threads = try LoadingThreads(count)
    for _ in 0..<20 {
      let failure = try #require(throws: Failure.self) { try threads.run(60, Work(failing: [21, 22, 23, 58])) }
      #expect(failure.message == "place 21")
    }
    // A failure does not stay.
    try threads.run(10, Work())
  }

  @Test func threadsAreAsManyAsProcessorsAreIdle() {
    #expect(MachineShare(idleProcessors: 0).threads(nil) == 1 && MachineShare(idleProcessors: 3).threads(nil) == 3)
    #expect(MachineShare(idleProcessors: 500).threads(nil) == LoadingThreads.usualLimit)
    #expect(MachineShare(idleProcessors: 500).threads(2) == 2 && MachineShare(idleProcessors: 0).threads(40) == 40)
  }

  @Test func theBitsDoNotDependOnThreads() throws {
    try withImages(sixImages) { root in
      func values(threads: Int, cache: Int) throws -> [[Float]] {
        let data = try ImageDataset(
          ImageSamples(folder: root, split: "train"), pipeline: samplePipeline(), seed: 9, purpose: .trainingData,
          cache: cache, threads: threads)
        return try (1...3).flatMap { try loaded(data, epoch: $0, [5, 0, 3, 3, 1, 2, 4]).map(\.floats) }
      }
      let plain = try values(threads: 1, cache: 0)
      for (threads, cache) in [(1, 1), (2, 0), (3, 1), (12, 1)] {
        #expect(try values(threads: threads, cache: cache) == plain, "\(threads) threads, \(cache) MiB")
      }
    }
  }

  #if os(Linux)
    @Test func threadsEndWithTheDataSet() throws {
      func others() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count { thread in
          (try? String(contentsOfFile: "/proc/self/task/\(thread)/comm", encoding: .utf8)) == "loader 77\n"
        }
      }
      try withImages(sixImages) { root in
        weak var data: ImageDataset?
        do {
          let made = try ImageDataset(
            ImageSamples(folder: root, split: "train"), pipeline: samplePipeline(), seed: 9, purpose: .trainingData,
            threads: 78)
          data = made
          _ = try loaded(made, [0, 1, 2])
          // A thread names itself when it runs.
          try waitUntil { try others() > 0 }
          #expect(try others() == 1)
        }
        #expect(data == nil)
        try waitUntil { try others() == 0 }
        #expect(try others() == 0)
      }
    }
  #endif
}
