import TestSupport

/// Small generated data for the built-in recipes.
enum SmallData {
  /// Digits in MNIST's format: 90 packed training images and 40 test images, 8×8 pixels, two classes.
  static func writeDigits(_ folder: Folder) throws {
    try Folder(path: folder["data/mnist"]).create()
    var random = TestRandom(6)
    for (stem, count) in [("train", 90), ("t10k", 40)] {
      let labels = (0..<count).map { _ in UInt8.random(in: 0..<2, using: &random) }
      let pixels = labels.flatMap { label -> [UInt8] in
        (0..<64).map {
          $0 / 32 == label ? UInt8.random(in: 128...255, using: &random) : UInt8.random(in: 0..<64, using: &random)
        }
      }
      try folder.write(gzipped(idxFile([count, 8, 8], pixels)), to: "data/mnist/\(stem)-images-idx3-ubyte.gz")
      try folder.write(idxFile([count], labels), to: "data/mnist/\(stem)-labels-idx1-ubyte")
    }
  }

  /// Images in CIFAR-10's form: 24 in each of five files, and 40 to test on. A class is the place of a bright square.
  static func writeCIFAR(_ folder: Folder) throws {
    let data = "data/cifar-10-batches-bin"
    try Folder(path: folder[data]).create()
    var random = TestRandom(9)
    let parts = (1...5).map { ("data_batch_\($0)", 24) } + [("test_batch", 40)]
    for (stem, count) in parts {
      let labels = (0..<count).map { _ in UInt8.random(in: 0..<10, using: &random) }
      let file = cifarFile(labels.map { [$0] }) { image, _, row, column in
        let label = Int(labels[image])
        let isBright = row / 6 == label / 5 + 1 && column / 6 == label % 5
        return isBright ? UInt8.random(in: 200...255, using: &random) : UInt8.random(in: 0..<60, using: &random)
      }
      try folder.write(file, to: "\(data)/\(stem).bin")
    }
    let names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    try folder.write(names.joined(separator: "\n") + "\n\n", to: "\(data)/batches.meta.txt")
  }

  /// Names of three languages that differ in their vowels.
  static func writeNames(_ folder: Folder) throws {
    try Folder(path: folder["data/names"]).create()
    var random = TestRandom(7)
    for (language, vowels) in [("German", "eü"), ("Italian", "io"), ("Xhosa", "au")] {
      let names = (0..<60).map { _ in
        (0..<Int.random(in: 1...4, using: &random)).map { _ in
          "\("bklmnrst".randomElement(using: &random) ?? "b")\(vowels.randomElement(using: &random) ?? "e")"
        }.joined()
      }
      try folder.write(names.joined(separator: "\n"), to: "data/names/\(language).txt")
    }
  }
}
