#if canImport(CHDF5)
  import TestSupport

  extension Fault {
    /// Faults of samples in HDF5 files. What the library says of a reason may differ between its versions.
    static let hdf5 = [
      training("a missing HDF5 file", "'data.h5' cannot be opened: No such file or directory.", status: 66) { _ in },
      training(
        "a pattern that no file fits", "part-*.h5: there is no such file", ["data.train=part-*.h5"], status: 66
      ) { _ in },
      training(
        "a missing file of several HDF5 files", "{data,other}.h5: 1 of 2 files are missing: other.h5",
        ["data.train=\"{data,other}.h5\""], status: 66
      ) { try write($0) },
      training("text in place of an HDF5 file", "'data.h5' cannot be read as an HDF5 file: ") {
        try $0.write("text", to: "data.h5")
      },
      training("an HDF5 file cut short", "'data.h5' cannot be read as an HDF5 file: ") { folder in
        try write(folder)
        try folder.write(Array(folder.bytes("data.h5").prefix(3000)), to: "data.h5")
      },
      training(
        "a data set that is missing", "data.h5: there is no data set \"images\"; it holds x, y", ["data.x=images"]
      ) {
        try write($0)
      },
      training(
        "lengths that are missing", "data.h5: there is no data set \"steps\", which data.lengths names",
        ["data.lengths=steps"]
      ) { try write($0) },
      training(
        "a link that leads nowhere", "data.h5: images is a link to /x in the file other.h5, which is missing",
        ["data.x=images"], status: 66
      ) {
        try write($0)
        try addToHDF5("images", .link("/x", file: "other.h5"), at: $0["data.h5"])
      },
      training(
        "a virtual data set of a missing file",
        "'data.h5', data set 'all' takes numbers from the file 'other.h5', which is missing.", ["data.x=all"],
        status: 66
      ) {
        try write($0)
        try addToHDF5("all", .virtual([40, 8, 8], sources: [("other.h5", "x")]), at: $0["data.h5"])
      },
      training("other numbers of samples and labels in an HDF5 file", "data.h5: y has the shape [39]") {
        try write($0, labels: 39)
      },
      training("no samples in an HDF5 file", "data.h5: there are no samples: x has the shape [0, 8, 8]") { folder in
        try writeHDF5(
          [HDF5Array("x", [0, 8, 8], []), HDF5Array("y", [0], [], isWhole: true)], to: folder["data.h5"])
      },
      training("a number that is not finite in an HDF5 file", "data.h5: x[2, 0, 1] is inf as float32, in sample 2") {
        try write($0, wrong: .infinity)
      },
      training("a compressed chunk that is damaged", "'data.h5', data set 'x' cannot be read: ") { folder in
        try write(folder, isPacked: true)
        var bytes = try folder.bytes("data.h5")
        for place in bytes.count - 900..<bytes.count - 600 { bytes[place] ^= 0xFF }
        try folder.write(bytes, to: "data.h5")
      },
    ]

    private static func training(
      _ testDescription: String, _ message: String, _ overrides: [String] = [], status: Int32 = 65,
      prepare: @escaping @Sendable (Folder) throws -> Void
    ) -> Fault {
      Fault(
        testDescription: testDescription,
        arguments: ["train", "data.source=hdf5", "data.train=data.h5", "steps=1", "--out", "run"] + overrides,
        status: status, message: message, isWhole: !message.hasSuffix(": "), prepare: prepare)
    }

    /// Writes 40 samples of 8 steps of 8 features, valid except for the arguments' changes.
    private static func write(
      _ folder: Folder, labels: Int = 40, wrong: Double? = nil, isPacked: Bool = false
    ) throws {
      var random = TestRandom(4)
      var x = random.floats(40 * 64).map { Double($0) }
      if let wrong { x[2 * 64 + 1] = wrong }
      try writeHDF5(
        [
          HDF5Array("y", [labels], (0..<labels).map { Double($0 % 4) }, isWhole: true),
          HDF5Array("x", [40, 8, 8], x, chunk: isPacked ? [40, 8, 8] : nil, isPacked: isPacked),
        ], to: folder["data.h5"])
    }
  }
#else
  extension Fault {
    /// None: the program has no HDF5.
    static let hdf5: [Fault] = []
  }
#endif
