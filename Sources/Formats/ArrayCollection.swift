import Diagnostics
import Foundation

/// Named arrays in a file, a folder or several files. Only one thread may open arrays at a time; any may read from them.
public protocol ArrayCollection: AnyObject {
  /// The path, for messages.
  var path: String { get }
  /// The arrays' names.
  var names: [String] { get }
  /// The name of an array in the file, if it has another one here.
  func title(of name: String) -> String
  /// Reads the array `name` whole.
  /// - Throws: `Failure` (noInput, inputOutput, data) naming what is wrong with it.
  func array(_ name: String) throws -> NPYArray
  /// Opens the array `name`, of which samples are read when they are needed.
  /// - Throws: as `array`.
  func stored(_ name: String) throws -> StoredArray
}

extension ArrayCollection {
  /// The same.
  public func title(of name: String) -> String { name }
}

extension NPZArchive: ArrayCollection {}

/// The `.npy` files of a folder, each an array of its name; or one such file, as the array `x`.
public final class NPYFolder: ArrayCollection {
  /// The path of the folder or file.
  public let path: String
  /// The files' names, without `.npy`, sorted.
  public let names: [String]
  private let files: [String: String]

  /// Lists a folder.
  /// - Throws: `Failure` (noInput) if it cannot be listed or holds no such files.
  public init(folder path: String) throws {
    guard let held = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      let isReadable = access(path, R_OK | X_OK) == 0
      throw Failure(.noInput, "'\(path)' cannot be listed\(isReadable ? "" : ": \(reason(errno))").")
    }
    names = held.filter { $0.hasSuffix(".npy") && !$0.hasPrefix(".") }.map { String($0.dropLast(4)) }.sorted()
    guard !names.isEmpty else {
      throw Failure(
        .noInput, "'\(path)' cannot be read: it is a folder without .npy files.",
        advice: "Name an .npz file, or a folder with x.npy and y.npy.")
    }
    self.path = path
    files = Dictionary(uniqueKeysWithValues: names.map { ($0, "\(path)/\($0).npy") })
  }

  /// Takes the file at `path` as the array `x`.
  public init(file path: String) {
    self.path = path
    names = ["x"]
    files = ["x": path]
  }

  /// Reads an array whole.
  public func array(_ name: String) throws -> NPYArray { try NPYArray(contentsOf: file(name)) }

  /// Opens an array.
  public func stored(_ name: String) throws -> StoredArray { try StoredArray(contentsOf: file(name)) }

  /// The paths of the files.
  public var paths: [String] { names.compactMap { files[$0] } }

  private func file(_ name: String) throws -> String {
    guard let file = files[name] else { throw Failure(.data, "'\(path)' holds no array '\(name)'.") }
    return file
  }
}
