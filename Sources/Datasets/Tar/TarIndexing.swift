import Diagnostics
import Formats
import Foundation

/// Finds or makes the indexes of tar files.
///
/// Every rank does this for itself, and comes to the same result, since an index is a function of the tar file and of what is
/// needed. While one process makes an index, others take other tar files, and then read what it has written; where files cannot
/// be locked, each makes it.
struct TarIndexing {
  /// The indexes, in the order of the paths.
  private(set) var indexes: [TarIndex] = []
  /// Why an index could not be kept; nil if all are.
  private(set) var notice: String?

  /// Finds or makes the indexes of the tar files at these paths.
  /// - Throws: `Failure` (noInput, data, inputOutput) naming a tar file that cannot be read.
  init(of paths: [String], needs: TarNeeds) throws {
    var found = [TarIndex?](repeating: nil, count: paths.count)
    for (place, path) in paths.enumerated() { found[place] = try TarIndexing.kept(path, needs) }
    var open = found.indices.filter { found[$0] == nil }
    let work = LongWork(
      "indexing \(open.count == 1 ? paths[open[0]] : "\(open.count) tar files")", total: open.count * 100)
    var done = 0
    for waits in [false, true] {
      var busy: [Int] = []
      for place in open {
        let file = try TarFile(paths[place])
        guard file.lock(waits: waits) != false else {
          busy.append(place)
          continue
        }
        defer { file.unlock() }
        if let index = try TarIndexing.kept(paths[place], needs) {
          found[place] = index
        } else {
          let former = TarIndexFile(of: file.path).read(file.stamp)
          let index = try TarInspection(of: file).complete(former, needs: needs) { work.show(done: done * 100 + $0) }
          if let failure = try TarIndexFile(of: file.path).write(index), notice == nil {
            notice =
              "the index of \(file.path) cannot be kept, so it is made at every start: \(failure.message)"
          }
          found[place] = index
        }
        done += 1
        work.show(done: done * 100)
      }
      open = busy
    }
    indexes = found.compactMap(\.self)
  }

  /// The index that is kept; nil if there is none that has what is needed.
  private static func kept(_ path: String, _ needs: TarNeeds) throws -> TarIndex? {
    let file = try TarFile(path)
    return TarIndexFile(of: path).read(file.stamp).flatMap { $0.satisfies(needs) ? $0 : nil }
  }

  /// The files in a tar file, and how it ends.
  /// - Throws: as the initializer.
  static func contents(of path: String) throws -> (members: [TarDirectory.Member], end: TarDirectory.End) {
    let file = try TarFile(path)
    if let index = TarIndexFile(of: path).read(file.stamp) { return (index.members, index.end) }
    let directory = try TarDirectory(of: file)
    return (directory.members, directory.end)
  }
}
