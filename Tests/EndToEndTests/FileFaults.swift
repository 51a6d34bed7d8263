import Formats
import TestSupport

extension Fault {
  /// Faults of samples in IDX, text, CSV and NumPy files.
  static let files = idx + lines + tables + numbers + missing

  private static let idx = [
    images(
      "an IDX file whose header says more than it holds",
      "'images': 15 bytes follow the header, but the shape "
        + "4 × 2 × 2 of elements of 1 bytes needs 16."
    ) {
      try $0.write(idxHeader(0x08, [4, 2, 2]) + [UInt8](repeating: 0, count: 15), to: "images")
    },
    images(
      "an IDX file whose header says less than it holds",
      "'images': more than 16 bytes follow the header, but the "
        + "shape 4 × 2 × 2 of elements of 1 bytes needs 16."
    ) {
      try $0.write(idxHeader(0x08, [4, 2, 2]) + [UInt8](repeating: 0, count: 17), to: "images")
    },
    images(
      "an IDX file whose axes overflow",
      "'images': the shape 4294967295 × 4294967295 × 4294967295 of elements of "
        + "8 bytes is beyond any memory."
    ) {
      try $0.write(idxHeader(0x0E, [4_294_967_295, 4_294_967_295, 4_294_967_295]), to: "images")
    },
    images("another file in place of an IDX file", "'images' is not an IDX file: it begins with the bytes 89 50 4E 47.")
    {
      try $0.write([0x89, 0x50, 0x4E, 0x47, 0x0D], to: "images")
    },
    images("a packed IDX file cut short", "'images' cannot be unpacked: the packed data end too early.") {
      let bytes = try gzipped($0.bytes("images"))
      try $0.write(Array(bytes[..<(bytes.count - 9)]), to: "images")
    },
    images(
      "bytes behind a packed IDX file", "'images' cannot be unpacked: other bytes follow the end of the packed data."
    ) {
      try $0.write(gzipped($0.bytes("images")) + [7], to: "images")
    },
    images("other numbers of images and labels", "labels has 5 labels, but images has 4 images") {
      try $0.write(idxFile([5], [0, 1, 0, 1, 0]), to: "labels")
    },
    images("images of one class alone", "labels: all training samples are of one class, 0") {
      try $0.write(idxFile([4], [0, 0, 0, 0]), to: "labels")
    },
    images(
      "images of one class alone beside others to test on", "labels: all training samples are of one class, 0",
      ["data.testImages=images", "data.testLabels=test-labels"]
    ) {
      try $0.write(idxFile([4], [0, 0, 0, 0]), to: "labels")
      try $0.write(idxFile([4], [0, 1, 0, 1]), to: "test-labels")
    },
    images("a label that is no class", "labels: label 9 at row 3", ["data.classNames=[a,b,c,d]"]) {
      try $0.write(idxFile([4], [0, 1, 0, 9]), to: "labels")
    },
    images(
      "more labels than outputs",
      "recipe.yaml:2: model.layers.1 (linear): the model gives 4 outputs, but the data has 10 classes", status: 78
    ) {
      try $0.write(idxFile([4], [0, 1, 0, 9]), to: "labels")
    },
    images(
      "a test label that training has not", "test-labels: label 2 at row 1",
      ["data.testImages=images", "data.testLabels=test-labels"]
    ) {
      try $0.write(idxFile([4], [0, 2, 0, 1]), to: "test-labels")
    },
    images(
      "shares that leave nothing to train on",
      "command line: data.testShare=0.5: data.validationShare is 0.5 "
        + "(command line: data.validationShare=0.5) and data.testShare is 0.5 (command line: data.testShare=0.5), which "
        + "leaves nothing to train on", ["data.testShare=0.5", "data.validationShare=0.5"], status: 78
    ) { _ in },
  ]

  private static let lines = [
    names("a line that is not UTF-8", "names/b.txt:2: the line is not UTF-8 text") {
      try $0.write([0x61, 0x0A, 0xFC, 0x62, 0x0A], to: "names/b.txt")
    },
    names("an empty class", "names/b.txt: there is no text") { try $0.write("\n", to: "names/b.txt") },
    names("a folder without classes", "empty: there are no files that end in .txt", ["data.folder=empty"]) {
      try Folder(path: $0["empty"]).create()
    },
    names("one class alone", "one: a.txt is the only class", ["data.folder=one"]) {
      try Folder(path: $0["one"]).create()
      try $0.write("x\n", to: "one/a.txt")
    },
    names("a folder in place of a class", "'names/c.txt' cannot be read: it is a folder.", status: 66) {
      try Folder(path: $0["names/c.txt"]).create()
    },
    names(
      "too few lines to split",
      "command line: data.testShare=0.1: data.testShare: 4 samples cannot be split into 4 for training, 0 for validation and "
        + "0 for testing",
      ["data.testShare=0.1"]
    ) { _ in },
  ]

  private static let tables = [
    table("a ragged row", "t.csv:3: the row has 2 fields, but the first has 3") { "a,b,k\n1,2,x\n1,y\n1,3,y\n" },
    table("an empty cell", "t.csv:3: column b: there is no number") { "a,b,k\n1,2,x\n1,,y\n" },
    table("text where a number belongs", "t.csv:2: column b: \"two\" is not a number") { "a,b,k\n1,two,x\n1,3,y\n" },
    table("a number that is none", "t.csv:3: column a: \"NaN\" is not a finite number") { "a,b,k\n1,2,x\nNaN,3,y\n" },
    table("an infinite number", "t.csv:2: column a: \"inf\" is not a finite number") { "a,b,k\ninf,2,x\n1,3,y\n" },
    table("a quote without an end", "t.csv:3: a quoted field has no end") { "a,b,k\n1,2,x\n1,\"3,y\n" },
    table("one class alone in a table", "t.csv: the last column: all training samples are of one class, x") {
      "a,b,k\n1,2,x\n1,3,x\n"
    },
    table(
      "numbers to learn in the last column",
      "t.csv: the last column, price, holds 30 different numbers, such as 0.5 and 1.5, which would be as many classes"
    ) {
      "size,price\n" + (0..<30).map { "\($0),\($0).5\n" }.joined()
    },
    table(
      "a column that is not there", "t.csv: there is no column \"kind\", which data.label names",
      ["data.label=kind"]
    ) { "a,b,k\n1,2,x\n1,3,y\n" },
    table(
      "a weight below 0", "t.csv:3: column w: the weight \"-1\" is not a number from 0 up",
      ["data.weight=w", "sampling=weights"]
    ) { "a,w,k\n1,2,x\n1,-1,y\n" },
    table("a row without a group", "t.csv:3: column p: there is no group", ["data.splitBy=p", "data.testShare=0.5"]) {
      "a,p,k\n1,2,x\n1,,y\n"
    },
    table(
      "a single group",
      "command line: data.splitBy=p: data.splitBy: the samples have 1 group by p, too few for 2 parts",
      ["data.splitBy=p", "data.testShare=0.5"]
    ) {
      "a,p,k\n1,2,x\n1,2,y\n"
    },
    table(
      "a group as the target",
      "t.csv: data.splitBy names k, which is the target: no part would have the targets of another",
      ["data.splitBy=2", "data.label=k", "data.testShare=0.5"]
    ) {
      "a,p,k\n1,2,x\n1,2,y\n"
    },
    table(
      "a group as the target by default",
      "t.csv: the last column, p, would be the target, but data.splitBy names it",
      ["data.splitBy=p", "data.testShare=0.5"]
    ) {
      "a,k,p\n1,2,x\n1,2,y\n"
    },
  ]

  private static let numbers = [
    numpy("one class alone in an archive", "data.npz: y: all training samples are of one class, 0", y: [0, 0, 0, 0]),
    numpy(
      "weights that are not there", "data.npz: there is no array \"weights\"; it holds x, y", ["sampling=weights"]),
    numpy(
      "groups that are not there", "data.npz: there is no array \"patient\"; it holds x, y",
      ["data.splitBy=patient", "data.folds=2"]),
    numpy(
      "a group as the target array",
      "data.npz: data.splitBy names y, which is the target: no part would have the targets of another",
      ["data.splitBy=y", "data.testShare=0.5"]),
    numpy("NaN in x", "data.npz: x[2, 1] is nan as float32, in sample 2", x: [0, 1, 2, 3, 4, .nan, 6, 7]),
    numpy(
      "no class but the one that is left out",
      "data.npz: y: no training sample has a class: all have 7, which loss.ignoreIndex leaves out", y: [7, 7, 7, 7],
      ["loss.ignoreIndex=7"]),
    numpy(
      "classes where numbers from 0 to 1 belong",
      "data.npz: sample 3: the target is 2.0, but loss binary-cross-entropy compares with numbers from 0 to 1",
      y: [0, 1, 1, 2], ["loss=binary-cross-entropy", "model.layers.1.linear.outputs=1"]),
    table(
      "a number above 1 where numbers from 0 to 1 belong",
      "t.csv:4: number 1 of the target is 1.5, but loss binary-cross-entropy compares with numbers from 0 to 1",
      ["loss=binary-cross-entropy", "data.targets=[b,k]", "model.layers.1.linear.outputs=2"]
    ) { "a,b,k\n1,0,1\n1,1,0\n1,0,1.5\n" },
    numpy("infinity in x", "data.npz: x[3, 0] is -inf as float32, in sample 3", x: [0, 1, 2, 3, 4, 5, -.infinity, 7]),
  ]

  private static let missing = [
    Fault(
      testDescription: "MNIST's files are missing", arguments: ["train", "mnist", "--out", "run"], status: 66,
      message: "data/mnist: there is no train-images-idx3-ubyte.gz and no train-images-idx3-ubyte"),
    Fault(
      testDescription: "the names are missing", arguments: ["train", "names", "--out", "run"], status: 66,
      message: "data/names: there is no such folder"),
  ]

  private static func images(
    _ testDescription: String, _ message: String, _ overrides: [String] = [], status: Int32 = 65,
    damage: @escaping @Sendable (Folder) throws -> Void
  ) -> Fault {
    training(
      testDescription, message, ["data.source=idx", "data.trainImages=images", "data.trainLabels=labels"] + overrides,
      status: status
    ) { folder in
      try folder.write(idxFile([4, 2, 2], Array(0..<16)), to: "images")
      try folder.write(idxFile([4], [0, 1, 1, 0]), to: "labels")
      try damage(folder)
    }
  }

  private static func names(
    _ testDescription: String, _ message: String, _ overrides: [String] = [], status: Int32 = 65,
    damage: @escaping @Sendable (Folder) throws -> Void
  ) -> Fault {
    training(
      testDescription, message, ["data.source=text-lines", "data.folder=names"] + overrides, status: status
    ) { folder in
      try Folder(path: folder["names"]).create()
      try folder.write("x\nyz\n", to: "names/a.txt")
      try folder.write("z\nxx\n", to: "names/b.txt")
      try damage(folder)
    }
  }

  private static func table(
    _ testDescription: String, _ message: String, _ overrides: [String] = [], text: @escaping @Sendable () -> String
  ) -> Fault {
    training(testDescription, message, ["data.source=csv", "data.train=t.csv"] + overrides) {
      try $0.write(text(), to: "t.csv")
    }
  }

  private static func numpy(
    _ testDescription: String, _ message: String, x: [Float] = [0, 1, 2, 3, 4, 5, 6, 7], y: [Int32] = [0, 1, 0, 1],
    _ overrides: [String] = []
  ) -> Fault {
    training(testDescription, message, ["data.source=numpy", "data.train=data.npz"] + overrides) { folder in
      let arrays = [("x", NPYArray(shape: [4, 2], floats: x)), ("y", NPYArray(shape: [4], int32s: y))]
      try NPZArchive.write(arrays, to: folder["data.npz"])
    }
  }

  /// A linear network of four outputs on the data that `prepare` writes.
  private static func training(
    _ testDescription: String, _ message: String, _ overrides: [String], status: Int32 = 65,
    prepare: @escaping @Sendable (Folder) throws -> Void
  ) -> Fault {
    Fault(
      testDescription: testDescription, arguments: ["train", "recipe.yaml", "--out", "run"] + overrides, status: status,
      message: message
    ) { folder in
      try folder.write("model:\n  layers: [flatten, linear: {outputs: 4}]\n", to: "recipe.yaml")
      try prepare(folder)
    }
  }
}
