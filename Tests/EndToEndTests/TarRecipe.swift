import Foundation
import TestSupport

extension Folder {
  /// Writes the images of `writeImageRecipe` to five tar files, train-0.tar to train-4.tar, and to validation.tar, and the same
  /// recipe for them.
  func writeTarRecipe() throws {
    try writeImageRecipe(epochs: 2)
    var files = [TarWriter](repeating: TarWriter(), count: 5)
    var validation = TarWriter()
    for label in 0...1 {
      for (index, name) in try FileManager.default.contentsOfDirectory(atPath: self["images/train/class\(label)"])
        .sorted().enumerated()
      {
        try add("images/train/class\(label)/\(name)", key: "\(label)_\(index)", label, to: &files[(index + label) % 5])
      }
      for (index, name) in try FileManager.default.contentsOfDirectory(atPath: self["images/validation/class\(label)"])
        .sorted().enumerated()
      {
        try add("images/validation/class\(label)/\(name)", key: "\(label)_\(index)", label, to: &validation)
      }
    }
    for (number, file) in files.enumerated() { try write(file.finished, to: "train-\(number).tar") }
    try write(validation.finished, to: "validation.tar")
    let recipe = try text("images.yaml").replacingOccurrences(of: "source: image-folder", with: "source: tar")
      .replacingOccurrences(of: "folder: images", with: "train: train-{0..4}.tar\n  shuffleWindow: 2")
      .replacingOccurrences(of: "validation: validation", with: "validation: validation.tar")
    try write(recipe, to: "tar.yaml")
  }

  private func add(_ path: String, key: String, _ label: Int, to writer: inout TarWriter) throws {
    writer.add("\(key).\(path.split(separator: ".").last ?? "")", try bytes(path))
    writer.add("\(key).cls", Array("\(label)".utf8))
  }
}
