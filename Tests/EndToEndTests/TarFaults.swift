import TestSupport

extension Fault {
  /// Faults of samples in tar files.
  static let tarFiles = [
    training(
      "missing tar files", says: "train-{0..6}.tar: 2 of 7 files are missing: train-5.tar, train-6.tar", status: 66,
      ["data.train=train-{0..6}.tar"]),
    training("a tar file cut short", says: "train-1.tar is cut or damaged: it ends within 0_1.jpg") {
      try $0.write(Array($0.bytes("train-1.tar").prefix(700)), to: "train-1.tar")
    },
    training("a file that is no tar file", says: "'train-2.tar' is not a tar file: it does not begin with a header.") {
      try $0.write([UInt8](repeating: 7, count: 4000), to: "train-2.tar")
    },
    training(
      "a compressed tar file",
      says: "'train-2.tar' is compressed by gzip, so that no sample can be read without all before it."
    ) {
      try $0.write([0x1F, 0x8B] + [UInt8](repeating: 7, count: 4000), to: "train-2.tar")
    },
    training("a damaged image", says: "train-0.tar: a.png is empty") {
      try $0.write(TarWriter(["a.png": [], "a.cls": [0x30]]).finished, to: "train-0.tar")
    },
    training("a target that is no class", says: "train-0.tar: b.cls is \"?\", which is no class index") {
      let image = Array(try $0.bytes("images/train/class0/0-grey.png"))
      try $0.write(
        TarWriter(["a.png": image, "a.cls": [0x30], "b.png": image, "b.cls": [0x3F]]).finished, to: "train-0.tar")
    },
    training(
      "a target that no sample has",
      says: "train-{0..4}.tar: no sample has a target .txt; the first, 0_0, has jpg, cls", ["data.target=txt"]),
    training(
      "a class that training did not have",
      says: "validation.tar: a.cls is \"7\", which is none of the 2 classes"
    ) {
      let image = Array(try $0.bytes("images/train/class0/0-grey.png"))
      try $0.write(TarWriter(["a.png": image, "a.cls": [0x37]]).finished, to: "validation.tar")
    },
    training(
      "images of unknown sizes", says: "no transform fixes the size of images, and their own sizes are not known",
      status: 78, ["data.checkInputs=false", "data.transforms=[random-horizontal-flip]"]),
    training(
      "an input that is neither image nor array", says: "data.input is mp3, which is neither an image nor an array",
      status: 78, ["data.input=mp3"]),
  ]

  private static func training(
    _ testDescription: String, says message: String, status: Int32 = 65, _ overrides: [String] = [],
    prepare: @escaping @Sendable (Folder) throws -> Void = { _ in }
  ) -> Fault {
    Fault(
      testDescription: testDescription,
      arguments: ["train", "tar.yaml", "data.damaged=fail", "--out", "run"] + overrides, status: status,
      message: message
    ) { folder in
      try folder.writeTarRecipe()
      try prepare(folder)
    }
  }
}
