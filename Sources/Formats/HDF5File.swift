#if canImport(CHDF5)
  import CHDF5
  import Diagnostics
  import Foundation

  /// An HDF5 file open for reading.
  final class HDF5File: Sendable {
    let path: String
    /// The file itself, to see whether it changes, and to read data sets that stand in it as they are.
    let stored: StoredFile
    let id: hid_t

    /// Opens the file at `path`.
    /// - Throws: `Failure` (noInput) if it cannot be opened, (data) if it is no HDF5 file.
    init(_ path: String) throws {
      // Its message about a missing or forbidden file is better than the library's.
      let stored = try StoredFile(path)
      let start = try stored.start(8)
      id = try HDF5Library.call { reason in
        if HDF5Library.areTooManyOpen(reason) {
          return Failure(.system, "'\(path)' cannot be opened: Too many open files.", advice: OpenFiles.advice)
        }
        if reason.contains("unable to lock") {
          return Failure(
            .noInput, "'\(path)' cannot be opened: \(reason).",
            advice: "Another program may be writing it. If the file system has no locks, set "
              + "HDF5_USE_FILE_LOCKING=FALSE.")
        }
        let isHDF5 = start.elementsEqual([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A])
        return Failure(
          .data, "'\(path)' cannot be read as an HDF5 file: \(reason).",
          advice: isHDF5
            ? "It begins as one, but was cut short, not closed, or is damaged. Copy or write it again."
            : "Write it by h5py, or name the source that reads it, such as data.source: numpy for .npz files.")
      } _: {
        H5Fopen(path, dpt_hdf5_read_only(), dpt_hdf5_default())
      }
      self.path = path
      self.stored = stored
    }

    deinit { HDF5Library.use { _ = H5Fclose(id) } }

    /// The names of the data sets, with the groups that they are in, in the order of their names.
    func dataSets() -> [String] {
      HDF5Library.use {
        var found: [String] = []
        list(id, prefix: "", depth: 0, into: &found)
        return found
      }
    }

    /// Lists a group. Links may lead in a circle, so groups that are elsewhere are left out, and those that are deep.
    private func list(_ group: hid_t, prefix: String, depth: Int, into found: inout [String]) {
      var facts = H5G_info_t()
      guard depth < 8, H5Gget_info(group, &facts) >= 0 else { return }
      for index in 0..<facts.nlinks where found.count < 10_000 {
        let own = HDF5Library.text {
          H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, $0, $1, dpt_hdf5_default())
        }
        guard !own.isEmpty else { continue }
        let name = prefix + own
        let object = H5Oopen_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, dpt_hdf5_default())
        guard object >= 0 else { continue }
        defer { H5Oclose(object) }
        switch H5Iget_type(object) {
        case H5I_DATASET: found.append(name)
        case H5I_GROUP where dpt_hdf5_is_hard(group, index) != 0:
          list(object, prefix: name + "/", depth: depth + 1, into: &found)
        default: break
        }
      }
    }

    /// Whether there is a data set of this name, also one that links lead to.
    func holds(_ name: String) -> Bool {
      HDF5Library.use {
        let object = H5Oopen(id, name, dpt_hdf5_default())
        guard object >= 0 else { return false }
        defer { H5Oclose(object) }
        return H5Iget_type(object) == H5I_DATASET
      }
    }

    /// The path of the file that holds an open object, or is one.
    static func path(of id: hid_t) -> String {
      HDF5Library.use { HDF5Library.text { H5Fget_name(id, $0, $1) } }
    }

    /// Opens the data set `name`.
    /// - Throws: `Failure` (data) if it cannot be opened, or is of a type or shape that cannot be read.
    func dataSet(_ name: String) throws -> HDF5DataSet { try HDF5DataSet(name, of: self, file: id) }
  }
#endif
