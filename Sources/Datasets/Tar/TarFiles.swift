import Diagnostics
import Formats
import Synchronization

/// The tar files of some samples, open for reading. Any number of threads may read.
final class TarFiles: Sendable {
  /// A tar file that is open, and when it was last used.
  private struct Open {
    var file: TarFile
    var use: Int
  }

  private struct State {
    var open: [Int: Open] = [:]
    var uses = 0
  }

  /// The paths of the tar files.
  let paths: [String]
  private let stamps: [FileStamp]
  private let state = Mutex(State())

  /// Systems often allow 1024 open files.
  private static let mostOpen = 256

  /// The tar files at these paths, as they were when they were indexed.
  init(_ paths: [String], stamps: [FileStamp]) { (self.paths, self.stamps) = (paths, stamps) }

  /// Replaces `bytes` by those of a member.
  /// - Throws: `Failure` (noInput, data, inputOutput) naming the tar file if it is gone, has changed or cannot be read.
  func read(_ place: TarPlace, into bytes: inout [UInt8]) throws {
    let file = try file(place.file)
    try file.checkUnchanged(since: stamps[place.file])
    try file.read(place.offset, count: place.size, into: &bytes)
  }

  /// Asks the system to read members ahead. Faults are left to `read`.
  func expect(_ places: some Sequence<TarPlace>) {
    for run in TarPlace.runs(places) { try? file(run.file).expect(run.offset..<run.offset + run.size) }
  }

  private func file(_ number: Int) throws -> TarFile {
    try state.withLock { state in
      state.uses += 1
      if let open = state.open[number] {
        state.open[number]?.use = state.uses
        return open.file
      }
      if state.open.count >= TarFiles.mostOpen,
        let oldest = state.open.min(by: { $0.value.use < $1.value.use })?.key
      {
        // A thread that still reads it keeps it open.
        state.open[oldest] = nil
      }
      let file = try TarFile(paths[number])
      state.open[number] = Open(file: file, use: state.uses)
      return file
    }
  }
}

/// Where a member is.
struct TarPlace: Equatable, Sendable {
  /// The number of its tar file.
  let file: Int
  /// Where its bytes begin.
  let offset: Int
  /// The number of its bytes.
  var size: Int

  /// Between inputs of samples that follow each other stand at least the headers and the targets.
  private static let smallGap = 1 << 16

  /// Joins places that follow each other with small gaps.
  static func runs(_ places: some Sequence<TarPlace>) -> [TarPlace] {
    var runs: [TarPlace] = []
    for place in places {
      if let last = runs.last, last.file == place.file,
        (0...smallGap).contains(place.offset - (last.offset + last.size))
      {
        runs[runs.count - 1].size = place.offset + place.size - last.offset
      } else {
        runs.append(place)
      }
    }
    return runs
  }
}
