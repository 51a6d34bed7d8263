#if canImport(CHDF5)
  import CHDF5
  import Diagnostics
  import Foundation

  extension HDF5File {
    /// The failure if a name, or one of the groups before it, is a link that leads nowhere; nil if it is none.
    func brokenLink(at name: String) -> Failure? {
      let parts = name.split(separator: "/")
      return HDF5Library.use {
        for end in parts.indices {
          let path = parts[...end].joined(separator: "/")
          let room = 4096
          var (file, target) = ([CChar](repeating: 0, count: room), [CChar](repeating: 0, count: room))
          let kind = dpt_hdf5_link(id, path, &file, &target, room)
          guard kind != 0, H5Oexists_by_name(id, path, dpt_hdf5_default()) <= 0 else { continue }
          return broken(path, to: HDF5Library.string(target), in: kind == 2 ? HDF5Library.string(file) : nil)
        }
        return nil
      }
    }

    private func broken(_ name: String, to target: String, in other: String?) -> Failure {
      let start = "\(path): \(shortened(name)) is a link to \(shortened(target))"
      guard let other else {
        return Failure(
          .data, "\(start), which this file does not have", advice: "write the data set there, or name another one")
      }
      guard HDF5Places(of: path, variable: "HDF5_EXT_PREFIX").find(other) != nil else {
        return Failure(
          .noInput, "\(start) in the file \(other), which is missing",
          advice: "put it into the folder of \(path), or into one that the variable HDF5_EXT_PREFIX names")
      }
      return Failure(
        .data, "\(start) in the file \(other), which does not have it",
        advice: "write the data set there, or name another one")
    }
  }

  /// The folders in which the library looks for a file that another one names.
  struct HDF5Places {
    private let own: String
    private let folders: [String]

    /// Those for names in the file at `path`; `variable` names further folders, which come first.
    init(of path: String, variable: String) {
      func folder(_ path: String) -> String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "" }
      own = folder(path)
      let named = ProcessInfo.processInfo.environment[variable] ?? ""
      let real = URL(filePath: path).resolvingSymlinksInPath().path
      folders =
        named.split(separator: ":").map { "\($0)/".replacing("${ORIGIN}", with: folder(path)) } + [
          own, "", folder(real),
        ]
    }

    /// The path of a file of this name; nil if there is none.
    func find(_ name: String) -> String? {
      let isRooted = name.hasPrefix("/")
      // A file that is not where it was written is looked for by the last part of its name.
      let rest = isRooted ? String(name[name.index(after: name.lastIndex(of: "/") ?? name.startIndex)...]) : name
      return ((isRooted ? [name] : []) + folders.map { $0 + rest }).first { FileManager.default.fileExists(atPath: $0) }
    }
  }
#endif
