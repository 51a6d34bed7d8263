#if canImport(CHDF5)
  import CHDF5
  import Formats
  import Foundation

  /// A name in an HDF5 file that leads to numbers elsewhere.
  public enum HDF5Reference {
    /// A link to a path of the same file, or of another one.
    case link(String, file: String? = nil)
    /// float32 numbers of this shape in a raw file.
    case raw([Int], file: String)
    /// A virtual data set of this shape: its rows are those of data sets of files, the same number of each.
    case virtual([Int], sources: [(file: String, data: String)])
  }

  /// Adds a name to an HDF5 file.
  public func addToHDF5(_ name: String, _ reference: HDF5Reference, at path: String) throws {
    let isWritten = HDF5Library.use {
      let all = dpt_hdf5_default()
      let file = H5Fopen(path, 1, all)  // H5F_ACC_RDWR, a macro
      guard file >= 0 else { return false }
      defer { H5Fclose(file) }
      switch reference {
      case .link(let target, file: nil): return H5Lcreate_soft(target, file, name, all, all) >= 0
      case .link(let target, let other?): return H5Lcreate_external(other, target, file, name, all, all) >= 0
      case .raw(let shape, let raw):
        return create(name, shape, in: file) { facts, _ in
          H5Pset_external(facts, raw, 0, hsize_t(shape.reduce(4, *))) >= 0
        }
      case .virtual(let shape, let sources):
        let rows = shape[0] / sources.count
        return create(name, shape, in: file) { facts, space in
          sources.enumerated().allSatisfy { number, source in
            let size = ([rows] + shape.dropFirst()).map { hsize_t($0) }
            let own = H5Screate_simple(Int32(size.count), size, nil)
            defer { H5Sclose(own) }
            let start = [hsize_t(number * rows)] + shape.dropFirst().map { _ in 0 }
            return H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nil, size, nil) >= 0
              && H5Pset_virtual(facts, space, source.file, source.data, own) >= 0
          }
        }
      }
    }
    guard isWritten else { throw CocoaError(.fileWriteUnknown) }
  }

  /// Creates a data set, after `place` has said where its numbers are.
  private func create(
    _ name: String, _ shape: [Int], in file: hid_t, place: (_ facts: hid_t, _ space: hid_t) -> Bool
  ) -> Bool {
    let space = H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil)
    defer { H5Sclose(space) }
    let facts = H5Pcreate(dpt_hdf5_dataset_creation())
    defer { H5Pclose(facts) }
    guard place(facts, space) else { return false }
    let all = dpt_hdf5_default()
    let data = H5Dcreate2(file, name, dpt_hdf5_float(4), space, all, facts, all)
    guard data >= 0 else { return false }
    return H5Dclose(data) >= 0
  }
#endif
