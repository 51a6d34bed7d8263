#if canImport(CHDF5)
  import CHDF5
  import Formats
  import Foundation

  /// A data set to write.
  public struct HDF5Array {
    let name: String
    let shape: [Int]
    let numbers: [Double]
    let isWhole: Bool
    let chunk: [Int]?
    let isPacked: Bool

    /// Numbers as float32, or if they are whole, as 32-bit integers; with `chunk`, in chunks of these lengths, compressed or not.
    public init(
      _ name: String, _ shape: [Int], _ numbers: [Double], isWhole: Bool = false, chunk: [Int]? = nil,
      isPacked: Bool = false
    ) {
      self.name = name
      self.shape = shape
      self.numbers = numbers
      self.isWhole = isWhole
      self.chunk = chunk
      self.isPacked = isPacked
    }
  }

  /// Writes data sets, whose names have no groups, to an HDF5 file.
  public func writeHDF5(_ arrays: [HDF5Array], to path: String) throws {
    let isWritten = HDF5Library.use {
      let replace: UInt32 = 2  // H5F_ACC_TRUNC, a macro
      let file = H5Fcreate(path, replace, dpt_hdf5_default(), dpt_hdf5_default())
      guard file >= 0 else { return false }
      defer { H5Fclose(file) }
      return arrays.allSatisfy { write($0, to: file) }
    }
    guard isWritten else { throw CocoaError(.fileWriteUnknown) }
  }

  private func write(_ array: HDF5Array, to file: hid_t) -> Bool {
    let lengths = array.shape.map { hsize_t($0) }
    let space = H5Screate_simple(Int32(lengths.count), lengths, nil)
    defer { H5Sclose(space) }
    let facts = H5Pcreate(dpt_hdf5_dataset_creation())
    defer { H5Pclose(facts) }
    if let chunk = array.chunk { H5Pset_chunk(facts, Int32(chunk.count), chunk.map { hsize_t($0) }) }
    if array.isPacked { H5Pset_deflate(facts, 4) }
    let type = array.isWhole ? dpt_hdf5_integer(4, 1) : dpt_hdf5_float(4)
    let data = H5Dcreate2(file, array.name, type, space, dpt_hdf5_default(), facts, dpt_hdf5_default())
    guard data >= 0 else { return false }
    defer { H5Dclose(data) }
    let all = dpt_hdf5_default()  // H5S_ALL is the same number
    return H5Dwrite(data, dpt_hdf5_float(8), all, all, dpt_hdf5_default(), array.numbers) >= 0
  }
#endif
