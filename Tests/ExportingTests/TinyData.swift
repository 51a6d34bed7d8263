import Foundation
import TestSupport

/// A few samples in the shapes of the built-in recipes' data.
enum TinyData {
  static func write(to root: String) throws {
    func write(_ bytes: [UInt8], to name: String) throws {
      let url = URL(filePath: "\(root)/\(name)")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url)
    }
    var random = TestRandom(8)
    for (stem, count) in [("train", 48), ("t10k", 16)] {
      let pixels = (0..<count * 28 * 28).map { _ in UInt8.random(in: 0...255, using: &random) }
      try write(idxFile([count, 28, 28], pixels), to: "mnist/\(stem)-images-idx3-ubyte")
      try write(idxFile([count], (0..<count).map { UInt8($0 % 10) }), to: "mnist/\(stem)-labels-idx1-ubyte")
    }
    for stem in (1...5).map({ "data_batch_\($0)" }) + ["test_batch"] {
      let file = cifarFile((0..<10).map { [UInt8($0)] }) { _, _, _, _ in UInt8.random(in: 0...255, using: &random) }
      try write(file, to: "cifar/\(stem).bin")
    }
    try write(Array("Müller\nRot\nTrix\nMeier\nLex\nUlm\nEx\nTür\nRom\nLuc\n".utf8), to: "names/German.txt")
    try write(
      Array("Rossi\nLotti\nMilo\nCirillo\nTito\nLeoro\nTelli\nCorti\nMori\nCollo\n".utf8), to: "names/Italian.txt")
    // Series of 12 to 15 steps of two channels, of three classes.
    for part in ["train", "test"] {
      let lines = (0..<16).map { sample in
        let channels = (0..<2).map { _ in
          (0..<12 + sample % 4).map { _ in "\(Float.random(in: -1...1, using: &random))" }.joined(separator: ",")
        }
        return channels.joined(separator: ":") + ":" + ["up", "down", "flat"][sample % 3]
      }
      let text =
        "@problemName tiny\n@dimensions 2\n@classLabel true up down flat\n@data\n\(lines.joined(separator: "\n"))\n"
      try write(Array(text.utf8), to: "series/\(part).ts")
    }
    let images = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Reference/images")
    for part in ["train", "validation"] {
      for (label, files) in [
        ("cats", ["colour.jpg", "grey.png", "gamma.png"]), ("dogs", ["cmyk.jpg", "grey.jpg", "colour.png"]),
      ] {
        for file in files {
          let bytes = Array(try Data(contentsOf: images.appending(path: file)))
          for copy in 0..<2 { try write(bytes, to: "cats-dogs/\(part)/\(label)/\(copy)-\(file)") }
        }
      }
    }
  }

  /// Series of three channels, which are far from 0, near it, and always the same, as a `.ts` file.
  static func offsetSeries(differ: Bool) -> String {
    var random = TestRandom(differ ? 21 : 22)
    let lines = (0..<16).map { sample in
      let channels = (0..<3).map { channel in
        (0..<14 - (differ ? sample % 4 : 0)).map { _ in
          // All digits of a float: networks take floats.
          "\(Double([300_000, 0.2, 7.3][channel] + [1, 0.1, 0][channel] * Float.random(in: -1...1, using: &random)))"
        }.joined(separator: ",")
      }
      return (channels + [["up", "down"][sample % 2]]).joined(separator: ":")
    }
    return "@problemName offset\n@classLabel true up down\n@data\n\(lines.joined(separator: "\n"))\n"
  }

  /// Keys that make a built-in recipe train a few steps on little generated data, or on the data in `root`.
  static func overrides(_ name: String, root: String) -> [String] {
    let data =
      switch name {
      case "mnist", "names", "cats-dogs": ["data.folder=\(root)/\(name)", "batch=8"]
      case "cifar": ["data.folder=\(root)/cifar", "batch=8", "model.network.width=8", "schedule.warmup=0 steps"]
      case "finetune":
        [
          "data.folder=\(root)/cats-dogs", "batch=8", "model.weights=none",
          "data.transforms.0.random-resized-crop.size=40",
          "data.evaluationTransforms.0.resize.size=45", "data.evaluationTransforms.1.center-crop.size=40",
        ]
      case "time-series", "time-series-gru", "inception-time":
        ["data.train=\(root)/series/train.ts", "data.test=\(root)/series/test.ts"]
      case "echo-binary": ["data.testChunks=3"]
      default: ["data.testSize=40"]
      }
    return data + ["steps=5"]
  }
}
