#if canImport(CHDF5)
  import CHDF5
  import Diagnostics
  import Foundation

  /// The other files that a data set takes its numbers from: the library itself gives zeros or fill values in place of those that
  /// are missing.
  struct HDF5Sources {
    /// The files, each once.
    private(set) var files: [WatchedFile] = []
    private var seen: Set<String> = []
    /// Sources of sources, which nobody nests deeper.
    private static let depth = 8

    /// Those of the open data set `id` in the file at `path`.
    /// - Throws: `Failure` (noInput, data) naming one that is missing, or that lacks the numbers.
    init(of id: hid_t, path: String, source: String) throws {
      try HDF5Library.use { try add(id, path: path, source: source, depth: 0) }
    }

    private mutating func add(_ id: hid_t, path: String, source: String, depth: Int) throws {
      let facts = H5Dget_create_plist(id)
      guard facts >= 0, depth < HDF5Sources.depth else { return }
      defer { H5Pclose(facts) }
      switch H5Pget_layout(facts) {
      case H5D_CONTIGUOUS: try addExternal(facts, of: id, path: path, source: source)
      case H5D_VIRTUAL: try addVirtual(facts, of: id, path: path, source: source, depth: depth)
      default: break
      }
    }

    private mutating func watch(_ path: String) {
      if seen.insert(path).inserted, let file = WatchedFile(path) { files.append(file) }
    }

    /// The raw files of a data set, one after the other (H5Pset_external).
    private mutating func addExternal(_ facts: hid_t, of id: hid_t, path: String, source: String) throws {
      var rest = Int(clamping: H5Dget_storage_size(id))
      for index in 0..<UInt32(max(0, H5Pget_external_count(facts))) where rest > 0 {
        var name = [CChar](repeating: 0, count: 4096)
        var (offset, size): (off_t, hsize_t) = (0, 0)
        guard H5Pget_external(facts, index, name.count - 1, &name, &offset, &size) >= 0 else { continue }
        let named = HDF5Library.string(name)
        let file = HDF5Sources.externalPath(named, beside: path)
        let needed = min(rest, Int(clamping: size))
        rest -= needed
        var status = stat()
        guard stat(file, &status) == 0 else {
          throw Failure(
            .noInput, "\(source) has its numbers in the file '\(file)', which is missing.",
            advice: "HDF5 looks for it in the folder that the program is started in, or in the one that the variable "
              + "HDF5_EXTFILE_PREFIX names; write ${ORIGIN} there for the folder of '\(path)'.")
        }
        guard Int(status.st_size) >= Int(offset) + needed else {
          throw Failure(
            .data,
            "\(source) has its numbers in the file '\(file)', which has \(status.st_size) bytes in place of "
              + "\(Int(offset) + needed).", advice: "It was cut short; copy or write it again.")
        }
        watch(file)
      }
    }

    private static func externalPath(_ name: String, beside path: String) -> String {
      let prefix = ProcessInfo.processInfo.environment["HDF5_EXTFILE_PREFIX"] ?? ""
      guard !name.hasPrefix("/"), !prefix.isEmpty, prefix != "." else { return name }
      let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
      return "\(prefix.replacing("${ORIGIN}", with: folder))/\(name)"
    }

    /// The data sets that a virtual one is made of.
    private mutating func addVirtual(
      _ facts: hid_t, of id: hid_t, path: String, source: String, depth: Int
    ) throws {
      var count = 0
      guard H5Pget_virtual_count(facts, &count) >= 0 else { return }
      let places = HDF5Places(of: path, variable: "HDF5_VDS_PREFIX")
      var current: (name: String, path: String, id: hid_t)?
      defer { if let current { H5Fclose(current.id) } }
      var done: Set<[String]> = []
      for index in 0..<count {
        let file = HDF5Library.text { H5Pget_virtual_filename(facts, index, $0, $1) }
        let data = HDF5Library.text { H5Pget_virtual_dsetname(facts, index, $0, $1) }
        // Patterns stand for as many files as there are.
        guard let file = HDF5Sources.plain(file), let data = HDF5Sources.plain(data),
          done.insert([file, data]).inserted
        else { continue }
        if current?.name != file {
          if let current { H5Fclose(current.id) }
          current = nil
          // A point is the file itself.
          current =
            file == "."
            ? (file, path, H5Iget_file_id(id)) : try HDF5Sources.open(file, in: places, source: source)
        }
        guard let open = current else { continue }
        let found = H5Dopen2(open.id, data, dpt_hdf5_default())
        guard found >= 0 else {
          throw Failure(
            .data,
            "\(source) takes numbers from the data set '\(shortened(data))' of the file '\(open.path)', which has none "
              + "of that name.", advice: "HDF5 would give its fill value for them; write the data set.")
        }
        defer { H5Dclose(found) }
        if file != "." { watch(open.path) }
        try add(
          found, path: open.path, source: "'\(open.path)', data set '\(shortened(data))'", depth: depth + 1)
      }
    }

    private static func open(
      _ name: String, in places: HDF5Places, source: String
    ) throws -> (name: String, path: String, id: hid_t) {
      guard let path = places.find(name) else {
        throw Failure(
          .noInput, "\(source) takes numbers from the file '\(name)', which is missing.",
          advice:
            "HDF5 would give its fill value for them. Put the file into the folder of the other, or into one that the "
            + "variable HDF5_VDS_PREFIX names.")
      }
      let id = H5Fopen(path, dpt_hdf5_read_only(), dpt_hdf5_default())
      guard id >= 0 else {
        throw Failure(
          .data, "\(source) takes numbers from the file '\(path)', which cannot be read as an HDF5 file.",
          advice: "It is damaged or not closed, or too many files are open (ulimit -n).")
      }
      return (name, path, id)
    }

    /// A name of a source, in which two percent signs stand for one; nil if it is a pattern, with the number of a block.
    private static func plain(_ name: String) -> String? {
      let parts = name.split(separator: "%%", omittingEmptySubsequences: false)
      return parts.contains { $0.contains("%b") } ? nil : parts.joined(separator: "%")
    }
  }
#endif
