#if canImport(CHDF5)
  import CHDF5
  import Diagnostics
  import Foundation

  /// A data set of an HDF5 file, of which elements are read when they are needed.
  final class HDF5DataSet: ArrayOrigin, @unchecked Sendable {
    /// The length of each axis.
    let shape: [Int]
    /// The element type, and where elements stand if the file has them one after the other as they are.
    let type: HDF5ElementType
    /// Its name in messages.
    let source: String
    /// The lengths of a chunk; nil if the data set is not in chunks.
    let chunk: [Int]?
    /// Whether chunks are compressed, or changed by another filter.
    let isFiltered: Bool
    /// The file that holds it: another one if a link leads there.
    let stored: StoredFile
    private let file: HDF5File
    /// The files that hold its numbers, if these are not in its own.
    private let sources: [WatchedFile]
    private let id, space, box: hid_t
    /// The distance of neighbours along each axis.
    private let strides: [Int]
    private let start, extent: UnsafeMutablePointer<hsize_t>

    /// Opens the data set `name` of a file that has the identifier `file`.
    /// - Throws: `Failure` (data) if it cannot be opened, or is of a type or shape that cannot be read.
    init(_ name: String, of owner: HDF5File, file: hid_t) throws {
      let source = "'\(owner.path)', data set '\(name)'"
      func open(_ access: hid_t) throws -> hid_t {
        try HDF5Library.call { reason in
          Failure(.data, "\(source) cannot be opened: \(reason).", advice: HDF5DataSet.advice(on: reason))
        } _: {
          H5Dopen2(file, name, access)
        }
      }
      let first = try open(dpt_hdf5_default())
      let facts: Facts
      do {
        facts = try Facts(of: first, source: source)
        HDF5Library.use { _ = H5Dclose(first) }
      } catch {
        HDF5Library.use { _ = H5Dclose(first) }
        throw error
      }
      (shape, type, chunk, isFiltered) = (facts.shape, facts.type, facts.chunk, facts.isFiltered)
      sources = facts.sources
      stored = try facts.path == HDF5File.path(of: file) ? owner.stored : StoredFile(facts.path)
      // How much of the data set is kept in memory can only be said when it is opened, and it must not be open then.
      let access = HDF5DataSet.access(shape: shape, chunk: chunk, size: type.element.byteCount)
      defer { HDF5Library.use { _ = H5Pclose(access) } }
      id = try open(access)
      space = HDF5Library.use { [id] in H5Dget_space(id) }
      box = HDF5Library.use { H5Screate(H5S_SIMPLE) }
      self.file = owner
      self.source = source
      strides = shape.indices.map { [shape] in shape[($0 + 1)...].reduce(1, *) }
      start = .allocate(capacity: max(1, shape.count))
      extent = .allocate(capacity: max(1, shape.count))
    }

    deinit {
      HDF5Library.use {
        _ = H5Sclose(space)
        _ = H5Sclose(box)
        _ = H5Dclose(id)
        _ = H5Tclose(type.memory)
      }
      start.deallocate()
      extent.deallocate()
    }

    /// Reads one box of elements after the other, each as large as the rest of the range allows.
    func read(_ elements: Range<Int>, size: Int, into memory: UnsafeMutableRawPointer) throws {
      guard !shape.isEmpty else {
        let all = dpt_hdf5_default()  // H5S_ALL is the same number
        try HDF5Library.call({ failure($0) }) { H5Dread(id, type.memory, all, all, dpt_hdf5_default(), memory) }
        return
      }
      var next = elements.lowerBound
      while next < elements.upperBound {
        let rest = elements.upperBound - next
        let axis = strides.firstIndex { next % $0 == 0 && rest >= $0 } ?? strides.count - 1
        let place = next / strides[axis] % shape[axis]
        let rows = min(rest / strides[axis], shape[axis] - place)
        let count = rows * strides[axis]
        let target = memory + (next - elements.lowerBound) * size
        do {
          try HDF5Library.call { reason in
            failure(reason)
          } _: {
            for other in shape.indices {
              start[other] = hsize_t(other > axis ? 0 : next / strides[other] % shape[other])
              extent[other] = hsize_t(other < axis ? 1 : other == axis ? rows : shape[other])
            }
            let selected = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nil, extent, nil)
            guard selected >= 0 else { return selected }
            // A box of the same axes: else the library goes through it element by element. It is not a new one, since closing it
            // would clear the reason of a failure.
            let resized = H5Sset_extent_simple(box, Int32(shape.count), extent, nil)
            guard resized >= 0 else { return resized }
            return H5Dread(id, type.memory, box, space, dpt_hdf5_default(), target)
          }
        } catch {
          // If the file was written or cut meanwhile, that is the reason.
          try checkUnchanged()
          throw error
        }
        next += count
      }
    }

    func checkUnchanged() throws {
      try file.stored.checkUnchanged()
      if stored !== file.stored { try stored.checkUnchanged() }
      for source in sources { try source.checkUnchanged() }
    }

    private func failure(_ reason: String) -> Failure {
      // The library tells the system's error within its text.
      if let code = reason.firstMatch(of: /errno = (\d+),/).flatMap({ Int32($0.1) }), code != 0 {
        return unreadable(source, code)
      }
      return Failure(.data, "\(source) cannot be read: \(reason).", advice: HDF5DataSet.advice(on: reason))
    }

    private static func advice(on reason: String) -> String {
      if HDF5Library.areTooManyOpen(reason) { return OpenFiles.advice }
      return reason.contains("filter") && reason.contains("registered")
        ? "Its compression is one that libhdf5 does not have here: write it with compression=\"gzip\", or let the variable "
          + "HDF5_PLUGIN_PATH name the folder of the filter."
        : "The file is damaged; copy or write it again."
    }

    /// What is to be known before the data set is opened for reading.
    private struct Facts {
      let shape: [Int]
      let type: HDF5ElementType
      let chunk: [Int]?
      let isFiltered: Bool
      let path: String
      let sources: [WatchedFile]

      init(of id: hid_t, source: String) throws {
        type = try HDF5ElementType(of: id, source: source)
        let space = try HDF5Library.call {
          Failure(.data, "\(source) cannot be read: \($0).")
        } _: {
          H5Dget_space(id)
        }
        let shape = HDF5Library.use {
          defer { H5Sclose(space) }
          guard H5Sget_simple_extent_type(space) != H5S_NULL else { return [0] }
          var lengths = [hsize_t](repeating: 0, count: 32)
          H5Sget_simple_extent_dims(space, &lengths, nil)
          return lengths[..<Int(max(0, H5Sget_simple_extent_ndims(space)))].map { Int(clamping: $0) }
        }
        self.shape = shape
        path = HDF5File.path(of: id)
        sources = try HDF5Sources(of: id, path: path, source: source).files
        (chunk, isFiltered) = HDF5Library.use {
          let facts = H5Dget_create_plist(id)
          guard facts >= 0 else { return (nil, false) }
          defer { H5Pclose(facts) }
          guard H5Pget_layout(facts) == H5D_CHUNKED, !shape.isEmpty else { return (nil, false) }
          var lengths = [hsize_t](repeating: 1, count: shape.count)
          guard H5Pget_chunk(facts, Int32(shape.count), &lengths) == shape.count else { return (nil, false) }
          return (lengths.map { Int(clamping: $0) }, H5Pget_nfilters(facts) > 0)
        }
      }
    }

    /// Lets the library keep the chunks of some samples: all chunks across one sample are needed again for its neighbour.
    private static func access(shape: [Int], chunk: [Int]?, size: Int) -> hid_t {
      let chunk = chunk ?? shape
      let across = zip(shape, chunk).dropFirst().reduce(1) { $0 * (($1.0 + $1.1 - 1) / max(1, $1.1)) }
      let bytes = across * chunk.reduce(size, *)
      let cache = max(1 << 20, min(4 * bytes, mostCached), bytes <= 4 * mostCached ? bytes : 0)
      return HDF5Library.use {
        let access = H5Pcreate(dpt_hdf5_dataset_access())
        // A prime number of places, far more than chunks, so that few share one.
        H5Pset_chunk_cache(access, 10_007, cache, 0.75)
        return access
      }
    }

    /// The most bytes of chunks that are kept, unless a single sample needs more: eight ranks of a machine keep half a GiB.
    private static let mostCached = 64 << 20
  }

  extension HDF5File {
    /// Opens the data set `name`. If its elements stand in the file as they are, they are read without the library, and so by
    /// several threads at once.
    /// - Throws: as `HDF5DataSet`.
    func array(_ name: String) throws -> StoredArray {
      let data = try dataSet(name)
      let count = (elementCount(data.shape) ?? 0) * data.type.element.byteCount
      var origin: any ArrayOrigin = data
      if let place = data.type.place, place >= 0, place <= data.stored.size - count {
        origin = FileElements(file: data.stored, offset: place)
      }
      return StoredArray(shape: data.shape, element: data.type.element, source: data.source, origin: origin)
    }

    /// How many rows a chunk of the data set `name` holds, and its size in bytes, if a chunk must be unpacked to read one of its
    /// samples; else nil.
    /// - Throws: as `HDF5DataSet`.
    func packedChunk(of name: String) throws -> (rows: Int, bytes: Int)? {
      let data = try dataSet(name)
      guard let chunk = data.chunk, data.isFiltered else { return nil }
      return (chunk[0], chunk.reduce(data.type.element.byteCount, *))
    }
  }
#endif
