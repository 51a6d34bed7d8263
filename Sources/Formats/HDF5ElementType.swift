#if canImport(CHDF5)
  import CHDF5
  import Diagnostics

  /// How the elements of a data set lie in its file and in memory.
  struct HDF5ElementType {
    /// The type in memory.
    let element: NPYElement
    /// The type in memory as the library knows it.
    let memory: hid_t
    /// Where the elements begin in the file if they stand there one after the other as in memory; else nil.
    let place: Int?

    /// The type of a data set's elements.
    /// - Throws: `Failure` (data) if they are no numbers.
    init(of data: hid_t, source: String) throws {
      let type = try HDF5Library.call {
        Failure(.data, "\(source) cannot be read: \($0).")
      } _: {
        H5Dget_type(data)
      }
      defer { HDF5Library.use { _ = H5Tclose(type) } }
      let found = HDF5Library.use { HDF5ElementType.find(type) }
      guard let found else {
        let (kind, advice) = HDF5Library.use { HDF5ElementType.refusal(type) }
        throw Failure(.data, "\(source) holds \(kind), which cannot be read.", advice: advice)
      }
      (element, memory) = (found.element, found.memory)
      place = found.isPlain ? HDF5Library.use { HDF5ElementType.place(of: data) } : nil
    }

    /// The type, and whether elements have the same bytes in the file as in memory; nil if they are no numbers.
    private static func find(_ type: hid_t) -> (element: NPYElement, memory: hid_t, isPlain: Bool)? {
      let size = H5Tget_size(type)
      let isOrdered = size == 1 || H5Tget_order(type) == H5T_ORDER_LE
      switch H5Tget_class(type) {
      case H5T_INTEGER:
        let isSigned = H5Tget_sign(type) == H5T_SGN_2
        let native = dpt_hdf5_integer(size, isSigned ? 1 : 0)
        guard native >= 0, let element = NPYElement(rawValue: "\(isSigned ? "i" : "u")\(size)") else { return nil }
        let isWhole = H5Tget_precision(type) == 8 * size && H5Tget_offset(type) == 0
        return (element, H5Tcopy(native), isWhole && isOrdered)
      case H5T_FLOAT:
        let fields = fields(of: type)
        // Half precision stays as it is: older versions of the library do not convert it.
        if size == 2, fields == [15, 10, 5, 0, 10] {
          let memory = H5Tcopy(type)
          H5Tset_order(memory, H5T_ORDER_LE)
          return (.float16, memory, isOrdered)
        }
        let isDouble = size > 4
        let isPlain = size == 4 && fields == [31, 23, 8, 0, 23] || size == 8 && fields == [63, 52, 11, 0, 52]
        return (isDouble ? .float64 : .float32, H5Tcopy(dpt_hdf5_float(isDouble ? 8 : 4)), isPlain && isOrdered)
      case H5T_ENUM:
        // h5py writes truth values as names of bytes.
        guard size == 1, H5Tget_nmembers(type) == 2, H5Tget_member_index(type, "FALSE") == 0,
          H5Tget_member_index(type, "TRUE") == 1
        else { return nil }
        return (.bool, H5Tcopy(type), true)
      default: return nil
      }
    }

    /// The places of sign, exponent and fraction in a number, and the last two's sizes.
    private static func fields(of type: hid_t) -> [Int] {
      var (sign, exponent, exponentSize, fraction, fractionSize) = (0, 0, 0, 0, 0)
      H5Tget_fields(type, &sign, &exponent, &exponentSize, &fraction, &fractionSize)
      return [sign, exponent, exponentSize, fraction, fractionSize]
    }

    /// Where the elements of a data set begin in its file, unless they are in chunks or in other files, or not there yet.
    private static func place(of data: hid_t) -> Int? {
      let facts = H5Dget_create_plist(data)
      guard facts >= 0 else { return nil }
      defer { H5Pclose(facts) }
      guard H5Pget_layout(facts) == H5D_CONTIGUOUS, H5Pget_external_count(facts) == 0 else { return nil }
      let place = H5Dget_offset(data)
      // Bytes of the user before the file's own would be counted differently by versions of the library.
      guard place != haddr_t.max, userBlock(of: data) == 0 else { return nil }
      return Int(exactly: place)
    }

    private static func userBlock(of data: hid_t) -> hsize_t {
      let file = H5Iget_file_id(data)
      guard file >= 0 else { return 1 }
      defer { H5Fclose(file) }
      let facts = H5Fget_create_plist(file)
      guard facts >= 0 else { return 1 }
      defer { H5Pclose(facts) }
      var size: hsize_t = 1
      H5Pget_userblock(facts, &size)
      return size
    }

    /// What elements of another type are, and what to write in their place.
    private static func refusal(_ type: hid_t) -> (kind: String, advice: String) {
      switch H5Tget_class(type) {
      case H5T_STRING:
        (
          "text",
          "Names, of classes or groups, become numbers by names, numbers = numpy.unique(text.asstr()[:], return_inverse=True); "
            + "numbers in text by text.asstr()[:].astype(float)."
        )
      // As h5py writes NumPy's.
      case H5T_COMPOUND
      where H5Tget_nmembers(type) == 2 && H5Tget_member_index(type, "r") == 0 && H5Tget_member_index(type, "i") == 1:
        (
          "complex numbers",
          "As two features each they are numpy.concatenate([x[:].real, x[:].imag], axis=-1)."
        )
      case H5T_COMPOUND: ("records", "Write each field as a data set of its own.")
      case H5T_VLEN:
        (
          "lists of different lengths",
          "Write all steps one after the other as x, and lengths: x=numpy.concatenate(list(x)), lengths=[len(s) for s in x]."
        )
      case H5T_ENUM: ("named values", "Write them as class indices: y[:].astype(\"int64\").")
      case H5T_INTEGER, H5T_FLOAT: ("numbers of an unusual size", "Write them as float32: x.astype(\"float32\").")
      default: ("no numbers", "Readable are integers, floating-point numbers and truth values.")
      }
    }
  }
#endif
