import Datasets
import Diagnostics
import Foundation
import Tensors

/// Loads a rank's samples of one batch after the other, in the sampler's order, and mixes them if there is a mixer. If the data
/// set's `loadsAhead` is set, a background thread loads the next batch ahead. The samples are the same either way.
final class BatchLoader {
  /// A rank's samples of a batch, as positions in an epoch's order.
  struct Portion: Equatable {
    var epoch: Int
    /// Those of the batch over all ranks.
    var batch: Range<Int>
    /// Those of this rank.
    var positions: Range<Int>
  }

  private let worker: Worker
  private let loadsAhead: Bool
  private var current: Batch
  private var spare: Batch?

  /// Allocates memory for up to `capacity` samples of `data`, twice if it loads ahead. They come in the order of `sampler`, which
  /// is the loader's alone, and are mixed by `mixer`, unless it is nil.
  /// - Throws: `Failure` (system) if there is not enough memory or no thread starts.
  init(data: any Dataset, sampler: Sampler, mixer: BatchMixer? = nil, capacity: Int) throws {
    worker = Worker(sampler: sampler, mixer: mixer)
    loadsAhead = data.loadsAhead
    current = try Batch(for: data, isMixed: mixer != nil, capacity: capacity)
    if loadsAhead {
      spare = try Batch(for: data, isMixed: mixer != nil, capacity: capacity)
      try worker.start()
    }
  }

  deinit {
    worker.stop()
  }

  /// Loads the samples of `portion`, valid until the next call. `next` is the portion of that call, if known.
  /// - Throws: `Failure` if samples cannot be read.
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
  /// The indices of a portion's samples in the data set. Drops a batch that is being loaded ahead.
  func samples(_ portion: Portion) -> [Int] {
    if worker.isExpected { _ = worker.finish() }
    return worker.samples(portion)
  }
}

/// The background thread and its data. The two threads never use the data at the same time: `begin` hands it over, `finish`
/// takes it back.
private final class Worker: @unchecked Sendable {
  private let sampler: Sampler
  private let mixer: BatchMixer?
  private var arrangedEpoch: Int?
  private let wanted = DispatchSemaphore(value: 0)
  private let finished = DispatchSemaphore(value: 0)
  private var target: Batch?
  private var result: Result<Void, any Error> = .success(())
  /// The portion of the last `begin`.
  private(set) var portion = BatchLoader.Portion(epoch: 0, batch: 0..<0, positions: 0..<0)
  /// Whether `begin` was called, but not yet `finish`.
  private(set) var isExpected = false

  init(sampler: Sampler, mixer: BatchMixer?) {
    self.sampler = sampler
    self.mixer = mixer
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

  /// Ends the thread after a running load.
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
    try sampler.load(portion.positions, epoch: portion.epoch, into: batch)
    try mixer?.mix(batch, portion, sampler: sampler)
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
