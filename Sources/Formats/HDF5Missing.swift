#if !canImport(CHDF5)
  import Diagnostics

  /// Stands for HDF5 files in a program that was built without the library: there are none.
  final class HDF5File {
    let path: String

    init(_ path: String) throws {
      self.path = path
      throw Failure(
        .unavailable, "this dp-train was built without HDF5, which '\(path)' needs",
        advice: "install libhdf5-dev (launch/setup does), and build it without DPTRAIN_NO_HDF5=1")
    }

    func dataSets() -> [String] { [] }
    func holds(_ name: String) -> Bool { false }
    func brokenLink(at name: String) -> Failure? { nil }
    func array(_ name: String) throws -> StoredArray { StoredArray(NPYArray(shape: [0], floats: [])) }
    func packedChunk(of name: String) throws -> (rows: Int, bytes: Int)? { nil }
  }
#endif
