import DPTrain
import Foundation

extension Fault {
  /// Faults of folders of images.
  static let images = [
    training("no folder of images", says: "nowhere is missing", status: 66, ["data.folder=nowhere"]) { _ in },
    training("no such part", says: "images has no folder trian", status: 66, ["data.train=trian"]) { _ in },
    training(
      "a part of a folder of classes", says: "images/train has no folder train, but the classes themselves", status: 66,
      ["data.folder=images/train"]
    ) { _ in },
    training(
      "the folder of one class", says: "images/train/class0 has no folder train, but images of one class", status: 66,
      ["data.folder=images/train/class0"]
    ) { _ in },
    training("a class without images", says: "images/train/class2 has no images") {
      try Folder(path: $0["images/train/class2"]).create()
    },
    training(
      "other classes to measure on",
      says: "images/validation has the classes class0, class1, other, "
        + "but must have class0, class1"
    ) {
      try Folder(path: $0["images/validation/other"]).create()
    },
    training(
      "an image cut short",
      says: "images/train/class0/cut.jpg: this JPEG image is damaged: "
        + "Invalid JPEG file structure: missing SOS marker"
    ) {
      try $0.write(Array($0.referenceImage("colour.jpg").prefix(300)), to: "images/train/class0/cut.jpg")
    },
    training(
      "text that is named as an image",
      says: "images/train/class1/text.jpg is not an image: it begins with the bytes 48 65 6c 6c"
    ) {
      try $0.write("Hello, world", to: "images/train/class1/text.jpg")
    },
    training(
      "an image that claims to be gigantic",
      says: "images/train/class0/bomb.png: according to its header the image has 30000×30000 pixels, "
        + "but data.megapixels allows 64000000"
    ) {
      try $0.write($0.referenceImage("bomb.png"), to: "images/train/class0/bomb.png")
    },
    training("an empty image", says: "images/train/class0/none.png is empty") {
      try $0.write([UInt8](), to: "images/train/class0/none.png")
    },
    training(
      "images of different sizes",
      says: "the transforms leave images of different sizes: images/train/class0/0-cmyk.jpg of 40×53 pixels, "
        + "images/train/class1/small.png of 10×10", status: 78, ["data.transforms=[random-horizontal-flip]"]
    ) {
      try $0.write(
        PNGEncoder.encode([UInt8](repeating: 9, count: 300), size: ImageSize(height: 10, width: 10), colors: .rgb),
        to: "images/train/class1/small.png")
    },
    training(
      "evaluations without the crop of training",
      says: "images of evaluations have 18×22 pixels, those of training 16×16", status: 78,
      ["data.transforms=[resize: {size: [18, 22]}, random-crop: 16]", "data.evaluationTransforms=none"]
    ) { _ in },
    list(
      "a list without a target", says: "images/list.csv: the last column, path, has the images, so there is no target",
      "path\n"),
    list(
      "a list with a missing image", says: "images/nothing.jpg cannot be opened: No such file or directory", status: 66,
      "path,kind\ntrain/class0/0-colour.jpg,a\ntrain/class0/0-colour.jpg,b\nnothing.jpg,b\n"),
    list(
      "a list with an empty field", says: "images/list.csv:2: column kind: there is no class", "path,kind\na.jpg,\n"),
    Fault(
      testDescription: "a folder of folders of classes",
      arguments: ["train", "images.yaml", "data=.", "--out", "run"], status: 66, message: ". has no folder train"
    ) { try $0.writeImageRecipe(epochs: 1) },
  ]

  private static func list(
    _ testDescription: String, says message: String, status: Int32 = 65, _ list: String
  ) -> Fault {
    Fault(
      testDescription: testDescription,
      arguments: ["train", "list.yaml", "--out", "run"], status: status, message: message
    ) { folder in
      try folder.writeImageRecipe(epochs: 1)
      try folder.write(list, to: "images/list.csv")
      try folder.write(
        "data: {source: image-list, train: images/list.csv, damaged: fail}\nmodel: {layers: [flatten, linear: 2]}\n",
        to: "list.yaml")
    }
  }

  private static func training(
    _ testDescription: String, says message: String, status: Int32 = 65, _ overrides: [String] = [],
    prepare: @escaping @Sendable (Folder) throws -> Void
  ) -> Fault {
    Fault(
      testDescription: testDescription,
      arguments: ["train", "images.yaml", "data.damaged=fail", "--out", "run"] + overrides, status: status,
      message: message
    ) { folder in
      try folder.writeImageRecipe(epochs: 1)
      try prepare(folder)
    }
  }
}

extension Folder {
  /// The bytes of one of the reference images.
  fileprivate func referenceImage(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: reference("images/\(name)"))))
  }
}
