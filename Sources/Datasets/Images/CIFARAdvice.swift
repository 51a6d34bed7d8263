import Diagnostics
import Foundation

extension CIFARFolder {
  /// Where the files come from.
  public static let origin = "https://www.cs.toronto.edu/~kriz/cifar.html (binary version)"

  private static let needed =
    "it must hold data_batch_1.bin to data_batch_5.bin and test_batch.bin for CIFAR-10, or train.bin and test.bin for CIFAR-100"
  private static let folders = ["cifar-10-batches-bin", "cifar-100-binary"]

  /// Whether a folder with these names was meant to hold CIFAR: it has the files of a version of it, or the archives.
  public static func isMeant(by names: [String]) -> Bool {
    let files = Kind.ten.training + [Kind.ten.test, Kind.hundred.training[0], Kind.hundred.test]
    return names.contains { files.contains($0) || isArchive($0) && $0.contains("cifar") } || isForPython(names)
      || names.contains { folders.contains($0) }
  }

  /// The names in a folder.
  static func contents(of path: String) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw Failure(.noInput, "\(path): there is no such folder", advice: pathAdvice(path))
    }
    guard isFolder.boolValue else {
      throw isArchive(path)
        ? packed(path, into: ".")
        : Failure(.noInput, "\(path) is a file, but must be a folder", advice: needed)
    }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw Failure(.noInput, "\(path): the folder cannot be read", advice: "check its permissions")
    }
  }

  /// The failure for a folder without the wanted files, by what is there instead.
  static func other(_ path: String, names: [String]) -> Failure {
    if let inner = names.first(where: folders.contains) {
      return Failure(
        .noInput, "\(path) has none of CIFAR's files", advice: "did you mean the folder in it, \(path)/\(inner)?")
    }
    if isForPython(names) {
      return Failure(
        .noInput, "\(path) holds CIFAR for Python, pickled files that are not read",
        advice: "get the binary version from \(origin), cifar-10-binary.tar.gz or cifar-100-binary.tar.gz; \(needed)")
    }
    if let archive = names.first(where: { isArchive($0) && $0.contains("cifar") }) {
      return packed("\(path)/\(archive)", into: path)
    }
    return Failure(.noInput, "\(path) has none of CIFAR's files", advice: "\(needed); they come from \(origin)")
  }

  /// The failure for an archive.
  private static func packed(_ archive: String, into folder: String) -> Failure {
    let name = archive.split(separator: "/").last.map(String.init) ?? archive
    guard !name.contains("python"), !name.contains("matlab") else {
      return Failure(
        .noInput, "\(archive) is an archive, and not of the binary version",
        advice: "get cifar-10-binary.tar.gz or cifar-100-binary.tar.gz from \(origin), and unpack it")
    }
    let inner = name.contains("100") ? folders[1] : folders[0]
    let place = folder == "." ? inner : "\(folder)/\(inner)"
    return Failure(
      .noInput, "\(archive) is an archive",
      advice:
        "unpack it, tar xzf \(archive)\(folder == "." ? "" : " -C \(folder)"), and name the folder that it makes, \(place)"
    )
  }

  /// Whether these are names of the version for Python: pickled files, or a folder of them.
  private static func isForPython(_ names: [String]) -> Bool {
    names.contains("data_batch_1") || names.contains("batches.meta")
      || names.contains("meta") && names.contains("train") || names.contains("cifar-10-batches-py")
      || names.contains("cifar-100-python")
  }

  private static func isArchive(_ name: String) -> Bool {
    [".tar.gz", ".tgz", ".tar", ".zip"].contains(where: name.lowercased().hasSuffix)
  }
}
