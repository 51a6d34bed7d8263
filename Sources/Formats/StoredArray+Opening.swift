import Diagnostics

extension StoredArray {
  /// Opens the `.npy` file at `path`.
  /// - Throws: `Failure` (noInput) if it cannot be opened, (inputOutput) if reading fails, (data) if it is damaged or
  ///   samples cannot be read from it.
  public convenience init(contentsOf path: String) throws {
    let file = try StoredFile(path)
    let length = try NPYStart.length(of: file.start(12), size: file.size, source: file.name)
    let start = try NPYStart(file.start(length), size: file.size, source: file.name)
    try self.init(start, source: file.name, of: FileElements(file: file, offset: length)) {
      try NPYArray(bytes: file.start(file.size), source: file.name)
    }
  }

  /// An array that begins with `start`. If it is small it is taken whole from `whole`.
  /// - Throws: `Failure` (data) if samples cannot be read from it, and what `whole` and `origin` throw.
  convenience init(
    _ start: NPYStart, source: String, of origin: @autoclosure () throws -> any ArrayOrigin,
    whole: () throws -> NPYArray
  ) throws {
    let header = start.header
    guard start.count * header.element.byteCount > StoredArray.mostInMemory else {
      try self.init(whole())
      return
    }
    guard !header.isFortranOrder || header.shape.count < 2 else {
      throw Failure(
        .data,
        "\(source) is in Fortran order, which is read up to \(StoredArray.mostInMemory >> 20) MiB: the numbers of a sample are "
          + "all over the file.",
        advice: "Write the array in C order: numpy.ascontiguousarray(x).")
    }
    self.init(
      shape: header.shape, element: header.element, source: source, isBigEndian: header.isBigEndian,
      origin: try origin())
  }
}

extension NPZArchive {
  /// Opens the array `name`. If it is large, a stored entry is read from the archive where it stands, and its checksum is not
  /// checked; a compressed one is unpacked into a temporary file, once for all ranks of a machine that open it at the same
  /// time.
  /// - Throws: as `array`; (cannotCreate) if there is no room for the temporary file.
  public func stored(_ name: String) throws -> StoredArray {
    let (index, source) = try entry(name)
    let start = try start(of: index, source: source)
    return try StoredArray(start, source: source, of: origin(of: index, start: start, source: source)) {
      try array(name)
    }
  }

  private func origin(of index: Int, start: NPYStart, source: String) throws -> any ArrayOrigin {
    if let place = try ZipPlaces(file: path).offset(ofStored: file.names[index], size: start.size) {
      let file = try StoredFile(path)
      let begins = try self.file.start(of: index, count: start.length, source: source)
      var held = [UInt8](repeating: 0, count: start.length)
      try held.withUnsafeMutableBytes { memory in
        if let base = memory.baseAddress { try file.read(place..<place + start.length, into: base) }
      }
      // What libzip reads there says whether the place is right.
      if held == begins { return FileElements(file: file, offset: place + start.length) }
    }
    return try UnpackedEntry(index, of: file, path: path, size: start.size, source: source)
      .elements(from: start.length)
  }
}
