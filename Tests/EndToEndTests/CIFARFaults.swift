import Foundation
import TestSupport

extension Fault {
  /// Faults of CIFAR's files.
  static let cifar = [
    Fault(
      testDescription: "CIFAR's files are missing", arguments: ["train", "cifar", "--out", "run"], status: 66,
      message: "data/cifar-10-batches-bin: there is no such folder"),
    training("a file of training images is missing", says: "\(data)/data_batch_3.bin is missing", status: 66) {
      try FileManager.default.removeItem(atPath: $0["\(data)/data_batch_3.bin"])
    },
    training("the file of test images is missing", says: "\(data)/test_batch.bin is missing", status: 66) {
      try FileManager.default.removeItem(atPath: $0["\(data)/test_batch.bin"])
    },
    training(
      "a file of images is cut short",
      says: "'\(data)/data_batch_2.bin' has 73748 bytes: 23 images of 3073 bytes and 3069 bytes more"
    ) {
      try $0.write($0.bytes("\(data)/data_batch_2.bin").dropLast(4), to: "\(data)/data_batch_2.bin")
    },
    training("an empty file of images", says: "'\(data)/test_batch.bin' is empty") {
      try $0.write([UInt8](), to: "\(data)/test_batch.bin")
    },
    training("a label that is none of CIFAR-10's", says: "\(data)/data_batch_5.bin: image 1 has the label 200") {
      var bytes = try $0.bytes("\(data)/data_batch_5.bin")
      bytes[3073] = 200
      try $0.write(bytes, to: "\(data)/data_batch_5.bin")
    },
    training("names of too few classes", says: "\(data)/batches.meta.txt names 2 classes, but CIFAR-10 has 10") {
      try $0.write("airplane\nautomobile\n", to: "\(data)/batches.meta.txt")
    },
    training("CIFAR's folder of another kind", says: "data has none of CIFAR's files", status: 66, ["data.folder=data"])
    {
      _ in
    },
    training(
      "coarse labels of CIFAR-10",
      says: "data.labels is coarse, but \(data) holds CIFAR-10, whose images have one label",
      status: 78, ["data.labels=coarse"]
    ) { _ in },
    training(
      "a share for the test beside test images",
      says: "command line: data.testShare=0.1: data.testShare is 0.1, but \(data) has test images already",
      status: 78, ["data.testShare=0.1"]
    ) { _ in },
    training(
      "a crop that is larger than the images",
      says: "data.transforms: random-crop takes 40×40 pixels, but the image has 32×32", status: 78,
      ["data.transforms=[random-crop: 40]"]
    ) { _ in },
    training(
      "evaluations without the crop of training",
      says: "images of evaluations have 32×32 pixels, those of training 28×28", status: 78,
      ["data.transforms=[random-crop: 28]"]
    ) { _ in },
  ]

  private static let data = "data/cifar-10-batches-bin"

  private static func training(
    _ testDescription: String, says message: String, status: Int32 = 65, _ overrides: [String] = [],
    damage: @escaping @Sendable (Folder) throws -> Void
  ) -> Fault {
    Fault(
      testDescription: testDescription, arguments: ["train", "cifar", "--out", "run"] + overrides, status: status,
      message: message
    ) { folder in
      try SmallData.writeCIFAR(folder)
      try damage(folder)
    }
  }
}
