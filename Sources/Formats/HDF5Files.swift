import Diagnostics

/// The data sets of an HDF5 file, or of several files that have the same ones, whose samples follow one another.
public final class HDF5Files: ArrayCollection {
  /// The file, or what names all of them.
  public let path: String
  /// The names of the data sets; those that were renamed have their new names.
  public let names: [String]
  private let files: [HDF5File]
  /// The names in the files of those data sets that have others here.
  private let renamed: [String: String]

  /// Opens files. `path` names all of them in messages; `renamed` has the names in the files of data sets that have others here,
  /// such as `x`.
  /// - Throws: `Failure` (unavailable) if the program was built without HDF5, (noInput, data) if a file cannot be read.
  public init(_ paths: [String], path: String, renamed: [String: String] = [:]) throws {
    let files = try paths.map { try HDF5File($0) }
    let renamed = renamed.mapValues { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }
    let held = files.first?.dataSets() ?? []
    self.path = path
    self.files = files
    self.renamed = renamed
    let others = held.filter { renamed[$0] == nil && !renamed.values.contains($0) }
    names = renamed.filter { files.first?.holds($0.value) == true }.map(\.key).sorted() + others
    // They may be left out, but a link means that they are there.
    for name in ["lengths", "offsets"] where !names.contains(name) {
      if let failure = brokenLink(to: name) { throw failure }
    }
  }

  /// The failure if a data set is missing since it is a link that leads nowhere; nil if there is no such link.
  public func brokenLink(to name: String) -> Failure? { files.first?.brokenLink(at: title(of: name)) }

  /// The name of a data set in the files.
  public func title(of name: String) -> String { renamed[name] ?? name }

  /// The names of all data sets, as the files have them.
  public var titles: [String] { files.first?.dataSets() ?? [] }

  /// Reads a data set whole: those of all files, one after the other. `offsets` of each file count from its own first step.
  public func array(_ name: String) throws -> NPYArray {
    guard name == "offsets", files.count > 1 else { return try opened(name).array() }
    var (joined, steps): ([Double], Int) = ([], 0)
    for (offsets, x) in try zip(parts(name), parts("x")) {
      let own = try offsets.array().doubles()
      let total = x.shape.first ?? 0
      // The end is the first step of the next file.
      joined += (own.last == Double(total) ? own.dropLast() : own[...]).map { $0 + Double(steps) }
      steps += total
    }
    return NPYArray(shape: [joined.count], doubles: joined)
  }

  /// Opens a data set.
  public func stored(_ name: String) throws -> StoredArray { try opened(name).held() }

  /// How many rows a chunk of a data set holds, and its size in bytes, if a chunk must be unpacked to read one of its samples;
  /// else nil.
  /// - Throws: as `array`.
  public func packedChunk(of name: String) throws -> (rows: Int, bytes: Int)? {
    try files.first?.packedChunk(of: title(of: name))
  }

  private func opened(_ name: String) throws -> StoredArray {
    let parts = try parts(name)
    guard parts.count > 1 else { return parts[0] }
    let first = parts[0]
    for part in parts {
      guard !part.shape.isEmpty, part.shape.dropFirst() == first.shape.dropFirst() else {
        throw Failure(
          .data, "\(part.source) has the shape \(part.shape), but \(first.source) \(first.shape).",
          advice: "Samples of all files must have the same shape: samples first.")
      }
      guard part.element == first.element else {
        throw Failure(
          .data,
          "\(part.source) has elements of type \(part.element.rawValue), but \(first.source) \(first.element.rawValue).",
          advice: "Write all files with elements of the same type.")
      }
    }
    return StoredArray(joining: parts, source: "\(path), data set '\(title(of: name))'")
  }

  private func parts(_ name: String) throws -> [StoredArray] {
    let title = title(of: name)
    return try files.map { file in
      guard file === files[0] || file.holds(title) else {
        if let failure = file.brokenLink(at: title) { throw failure }
        throw Failure(
          .data, "'\(file.path)' has no data set '\(title)', but '\(files[0].path)' has one.",
          advice: "All files of one part of the data must have the same data sets.")
      }
      return try file.array(title)
    }
  }
}
