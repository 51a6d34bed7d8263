import Datasets
import Diagnostics
import Foundation

/// Chooses the data source if the recipe gives only a path.
enum DataPaths {
  /// The accepted paths, in words.
  static let text =
    "the path of an `.npz`, `.h5`, `.tar`, `.ts` or `.csv` file with the training samples, or of a folder with "
    + "x.npy and y.npy, with MNIST's or CIFAR's files, with a text file for each class, or with a folder of images for each class"

  /// The data source for the file or folder at a path, and the key that takes the path.
  static func source(_ text: String, at place: Place) throws -> (name: String, key: String)? {
    if isTable(text) { return (table(text), "train") }
    guard FileManager.default.fileExists(atPath: text) else {
      guard text.contains("/") else { return nil }
      throw Failure(
        .noInput, "\(place): data is \"\(text)\", but there is no such file or folder",
        advice: "paths start at the working directory, \(FileManager.default.currentDirectoryPath)")
    }
    guard isFolder(text) else {
      throw place.failure(
        "data is \"\(text)\", and the file's name does not tell which source reads it",
        advice: "name the source: {source: csv, train: \(text)}, or numpy for an .npz file")
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: text)) ?? []
    if names.contains("x.npy") { return (NumPyEntry.name, "train") }
    if names.contains(where: { $0.hasPrefix("train-images") }) { return (IDXEntry.name, "folder") }
    if CIFARFolder.isMeant(by: names) { return (CIFAREntry.name, "folder") }
    if names.contains(where: { $0.lowercased().hasSuffix(".txt") }) { return (TextLinesEntry.name, "folder") }
    if let table = names.sorted().first(where: isTable), !names.contains(where: { isFolder("\(text)/\($0)") }) {
      throw place.failure(
        "data is \"\(text)\", a folder without folders of images", advice: "name a file in it: data: \(text)/\(table)")
    }
    return (ImageFolderEntry.name, "folder")
  }

  /// The data source for a table of samples.
  private static func table(_ name: String) -> String {
    let name = name.lowercased()
    if name.hasSuffix(".npz") { return NumPyEntry.name }
    if name.hasSuffix(".tar") { return TarEntry.name }
    if name.hasSuffix(".h5") || name.hasSuffix(".hdf5") { return HDF5Entry.name }
    return name.hasSuffix(".ts") || name.hasSuffix(".ts.gz") ? TSEntry.name : CSVEntry.name
  }

  /// Whether a file of that name is a table of samples.
  private static func isTable(_ name: String) -> Bool {
    [".npz", ".h5", ".hdf5", ".tar", ".ts", ".ts.gz", ".csv", ".tsv", ".csv.gz", ".tsv.gz"].contains(
      where: name.lowercased().hasSuffix)
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
