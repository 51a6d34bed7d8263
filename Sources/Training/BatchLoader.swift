import Datasets
import Diagnostics
import Foundation
import Tensors

/// Loads a rank's part of one batch after the other, in the order of the sampler; the next one on a thread beside, where
/// the data set says that it pays. What is loaded is the same either way.
final class BatchLoader {
  /// A rank's samples of a batch: positions in an epoch's order.
  struct Portion: Equatable {
    var epoch: Int
    var positions: Range<Int>
  }

  private let worker: Worker
  private let loadsAhead: Bool
  private var current: Batch
  private var spare: Batch?

  /// Memory for up to `capacity` samples of `data`, twice where it loads ahead; `shuffles` and `seed` are the sampler's.
  /// - Throws: `Failure` (system) where memory is short, or no thread starts.
  init(data: any Dataset, shuffles: Bool, seed: UInt64, capacity: Int) throws {
    worker = Worker(data: data, sampler: Sampler(count: data.count, shuffles: shuffles, seed: seed))
    loadsAhead = data.loadsAhead
    current = try Batch(shape: data.inputShape, targets: data.targetLayout, capacity: capacity)
    if loadsAhead {
      spare = try Batch(shape: data.inputShape, targets: data.targetLayout, capacity: capacity)
      try worker.start()
    }
  }

  deinit {
    worker.stop()
  }

  /// The samples of `portion`, valid until the next call; `next` is what will be wanted then, if that is known.
  /// - Throws: `Failure` where samples cannot be read.
  func load(_ portion: Portion, next: Portion?) throws -> Batch {
    if let spare, worker.isExpected {
      let isWanted = worker.portion == portion
      let result = worker.finish()
      if isWanted {
        try result.get()
        self.spare = current
        current = spare
      } else {
        try worker.load(portion, into: current)
      }
    } else {
      try worker.load(portion, into: current)
    }
    if let spare, let next { worker.begin(next, into: spare) }
    return current
  }
}

extension BatchLoader {
  /// The numbers of a portion's samples in the data set; what is being loaded beside is dropped.
  func samples(_ portion: Portion) -> [Int] {
    if worker.isExpected { _ = worker.finish() }
    return worker.samples(portion)
  }
}

/// The thread beside, and what it works on. The two threads never touch it at the same time: the one hands over by
/// `begin`, and takes back by `finish`.
private final class Worker: @unchecked Sendable {
  private let data: any Dataset
  private let sampler: Sampler
  private var arrangedEpoch: Int?
  private let wanted = DispatchSemaphore(value: 0)
  private let finished = DispatchSemaphore(value: 0)
  private var target: Batch?
  private var result: Result<Void, any Error> = .success(())
  /// What `begin` asked for last.
  private(set) var portion = BatchLoader.Portion(epoch: 0, positions: 0..<0)
  /// Whether `begin` was called and not yet `finish`.
  private(set) var isExpected = false

  init(data: any Dataset, sampler: Sampler) {
    self.data = data
    self.sampler = sampler
  }

  func start() throws {
    try SystemThread.start("loader") { [self] in
      while true {
        wanted.wait()
        guard let target else { return }
        result = Result { try load(portion, into: target) }
        finished.signal()
      }
    }
  }

  /// Ends the thread, after what it may be loading.
  func stop() {
    if isExpected { _ = finish() }
    target = nil
    wanted.signal()
  }

  func begin(_ portion: BatchLoader.Portion, into batch: Batch) {
    self.portion = portion
    target = batch
    isExpected = true
    wanted.signal()
  }

  func finish() -> Result<Void, any Error> {
    finished.wait()
    isExpected = false
    return result
  }

  func load(_ portion: BatchLoader.Portion, into batch: Batch) throws {
    arrange(portion.epoch)
    try data.load(epoch: portion.epoch, indices: sampler.indices(portion.positions), into: batch)
  }

  func samples(_ portion: BatchLoader.Portion) -> [Int] {
    arrange(portion.epoch)
    return Array(sampler.indices(portion.positions))
  }

  private func arrange(_ epoch: Int) {
    if arrangedEpoch != epoch {
      sampler.arrange(epoch: epoch)
      arrangedEpoch = epoch
    }
  }
}
