import Diagnostics
import Formats
import Foundation

/// A folder with the binary files of CIFAR-10 or CIFAR-100; which of them is told by the files' names.
public struct CIFARFolder: Sendable {
  /// The labels of CIFAR-100's images.
  public enum Labels: String, CaseIterable, Sendable {
    /// 100 classes.
    case fine
    /// 20 groups of five classes each.
    case coarse
  }

  /// One of the two sets.
  public enum Kind: String, Sendable {
    /// 10 classes.
    case ten = "CIFAR-10"
    /// 100 classes in 20 groups.
    case hundred = "CIFAR-100"

    /// The names of the files with training images, in order.
    var training: [String] { self == .ten ? (1...5).map { "data_batch_\($0).bin" } : ["train.bin"] }
    /// The name of the file with test images.
    var test: String { self == .ten ? "test_batch.bin" : "test.bin" }

    /// The number of classes.
    func classCount(_ labels: Labels) -> Int { self == .ten ? 10 : labels == .fine ? 100 : 20 }
    /// The name of the file with the classes' names.
    func names(_ labels: Labels) -> String {
      self == .ten ? "batches.meta.txt" : labels == .fine ? "fine_label_names.txt" : "coarse_label_names.txt"
    }
  }

  /// The folder's path.
  public let path: String
  /// The set that it holds.
  public let kind: Kind

  /// Tells which set a folder holds.
  /// - Throws: `Failure` (noInput) saying what is there instead and which files are needed.
  public init(_ path: String) throws {
    self.path = path
    let names = try Self.contents(of: path)
    func has(_ kind: Kind) -> Bool { (kind.training + [kind.test]).contains { names.contains($0) } }
    switch (has(.ten), has(.hundred)) {
    case (true, false): kind = .ten
    case (false, true): kind = .hundred
    case (true, true):
      throw Failure(
        .noInput, "\(path) holds files of both CIFAR-10 and CIFAR-100", advice: "put each set into a folder of its own")
    case (false, false): throw Self.other(path, names: names)
    }
  }

  /// The files with training images, in order.
  public var training: [String] { kind.training.map { "\(path)/\($0)" } }

  /// The file with test images; nil if there is none.
  public var test: String? { existing(kind.test) }

  /// The name that the file with test images has.
  public var testName: String { kind.test }

  /// The file with the classes' names; nil if there is none.
  public func namesFile(_ labels: Labels) -> String? { existing(kind.names(labels)) }

  /// The classes' names, by their file; without it their numbers.
  /// - Throws: `Failure` (data) if it does not name each class once, (configuration) if CIFAR-10 should have coarse labels.
  public func classNames(_ labels: Labels) throws -> [String] {
    guard kind == .hundred || labels == .fine else {
      throw Failure(
        .configuration, "data.labels is \(labels.rawValue), but \(path) holds CIFAR-10, whose images have one label",
        advice: "leave labels out; only CIFAR-100 has coarse ones")
    }
    let count = kind.classCount(labels)
    guard let file = namesFile(labels) else { return (0..<count).map(String.init) }
    var names: [String] = []
    try forEachLine(ofFile: file) { line, number in
      guard let text = String(validating: line, as: UTF8.self) else {
        throw Failure(
          .data, "\(file):\(number): the line is not UTF-8 text", advice: "it has one class's name on each line")
      }
      let name = text.trimmingCharacters(in: .whitespaces)
      guard !name.isEmpty else { return }
      guard !names.contains(name) else {
        throw Failure(
          .data, "\(file):\(number): \(name) is there twice", advice: "each class has a name of its own, on one line")
      }
      names.append(name)
    }
    guard names.count == count else {
      throw Failure(
        .data, "\(file) names \(counted(names.count, "class", "classes")), but \(kind.rawValue) has \(count)",
        advice: "it has one name on each line; without the file, the classes are named 0 to \(count - 1)")
    }
    return names
  }

  private func existing(_ name: String) -> String? {
    let file = "\(path)/\(name)"
    return FileManager.default.fileExists(atPath: file) ? file : nil
  }
}
