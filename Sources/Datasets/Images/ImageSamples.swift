import Diagnostics
import Formats
import Foundation
import Images
import Tensors

/// An image file and its class.
public struct ImageSample: Equatable, Sendable {
  /// The file's path.
  public let path: String
  /// The index of the class.
  public let label: Int
  /// What is known of the file; nil if it was not read yet.
  var facts: ImageFacts?

  /// A file of a class.
  public init(path: String, label: Int) {
    self.path = path
    self.label = label
  }
}

/// A list of image files in a fixed order, and the names of their classes.
public struct ImageSamples: ImageSource, Equatable {
  /// The accepted endings of file names, in lower or upper case.
  public static let endings = ["jpg", "jpeg", "png", "webp", "tif", "tiff"]
  private static let endingsText = endings.dropLast().map { ".\($0)" }.joined(separator: ", ") + " or .tiff"
  /// The classes' names, in the order of their indices.
  public let classNames: [String]
  /// The files, class by class.
  public let samples: [ImageSample]
  /// The source of the files, for messages.
  public let source: String
  /// The files and folders that were not read.
  public let passedOver: PassedOver
  /// The folder that holds all parts, for messages.
  let root: String

  /// Takes a list of samples.
  public init(
    _ samples: [ImageSample], classNames: [String], source: String, passedOver: PassedOver = PassedOver()
  ) {
    self.init(samples, classNames: classNames, source: source, passedOver: passedOver, root: source)
  }

  private init(
    _ samples: [ImageSample], classNames: [String], source: String, passedOver: PassedOver, root: String
  ) {
    self.samples = samples
    self.classNames = classNames
    self.source = source
    self.passedOver = passedOver
    self.root = root
  }

  /// Lists the files FOLDER/SPLIT/CLASS/*.jpg, .png and the like, or FOLDER/CLASS/* if `split` is nil. Classes and files
  /// are in the order of their names' bytes. Other files and folders go to `passedOver`, except hidden ones.
  /// - Parameters:
  ///   - folder: the folder's path.
  ///   - split: the name of the part, for example "train".
  ///   - classNames: the required classes, such as those of the training samples; nil for any.
  ///   - isWhole: whether none of `classNames` may be missing.
  /// - Throws: `Failure` (noInput) if a folder is missing, (data) if there are no classes, a class has no image, or the
  ///   classes are not the required ones.
  public init(folder: String, split: String?, classNames expected: [String]? = nil, isWhole: Bool = true) throws {
    self.root = folder
    let root = try split.map { try Self.path(ofSplit: $0, in: folder) } ?? folder
    let all = try Self.names(in: root)
    let names = all.filter { isFolder("\(root)/\($0)") }
    guard !names.isEmpty else {
      throw Failure(
        .data, "\(root) has no folders of classes",
        advice: "each class has a folder of images, \(root)/CLASS/NAME, which end in \(Self.endingsText)")
    }
    if let expected, isWhole ? expected != names : !Set(names).isSubset(of: expected) {
      let inner = names.first { Self.isFolderOfClasses("\(root)/\($0)") }
      throw Failure(
        .data, "\(root) has the classes \(Self.list(names)), but must have \(Self.list(expected))",
        advice: inner.map { "\(root)/\($0) is a folder of classes: did you mean that?" }
          ?? "every part of a data set has the same classes")
    }
    classNames = expected ?? names
    source = root
    var others = PassedOver(files: all.filter { !isFolder("\(root)/\($0)") })
    var found: [ImageSample] = []
    for name in names {
      let (label, former) = (classNames.firstIndex(of: name), found.count)
      for file in try Self.names(in: "\(root)/\(name)") {
        let path = "\(root)/\(name)/\(file)"
        if Self.isImage(file) {
          found.append(ImageSample(path: path, label: label ?? 0))
        } else {
          others.add("\(name)/\(file)", isFolder: isFolder(path))
        }
      }
      guard label != nil, found.count > former else {
        throw Failure(
          .data, "\(root)/\(name) has no images",
          advice: "a class needs files that end in \(Self.endingsText); remove folders that are not classes")
      }
    }
    samples = found
    passedOver = others
  }

  /// Whether a folder holds folders with an image in each, or in two or more of them: another may be empty by mistake.
  public static func isFolderOfClasses(_ folder: String) -> Bool {
    guard let names = try? names(in: folder).filter({ isFolder("\(folder)/\($0)") }), !names.isEmpty else {
      return false
    }
    let filled = names.count { name in
      (try? Self.names(in: "\(folder)/\(name)").contains { isImage($0) && !isFolder("\(folder)/\(name)/\($0)") })
        ?? false
    }
    return filled == names.count || filled > 1
  }

  /// Whether a file's name has an image's ending.
  public static func isImage(_ name: String) -> Bool {
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return false }
    return endings.contains(name[name.utf8.index(after: dot)...].lowercased())
  }

  /// The samples with these indices, in the order of the list.
  public func choosing(_ indices: [Int]) -> ImageSamples { with(indices.sorted().map { samples[$0] }) }

  /// The number of files.
  public var count: Int { samples.count }

  /// The file's path.
  public func name(of index: Int) -> String { samples[index].path }

  /// Reads a file.
  /// - Throws: as `readFile`, (data) if the file is not the one that was checked.
  public func read(_ index: Int, into bytes: inout [UInt8], limit: Int) throws {
    try readImage(samples[index].path, as: samples[index].facts, into: &bytes, limit: limit)
  }

  /// The images as they are now, to see later whether they have changed.
  /// - Throws: `Failure` (unavailable) if there is no SHA-256.
  public func file(of split: Split?) throws -> DataFile {
    try DataFile(imagesOf: source, in: "\(source)/", split: split, samples.lazy.map { ($0.path, $0.facts) })
  }

  /// A list of other samples with the same classes.
  func with(_ samples: [ImageSample]) -> ImageSamples {
    ImageSamples(samples, classNames: classNames, source: source, passedOver: passedOver, root: root)
  }

  private static func path(ofSplit split: String, in folder: String) throws -> String {
    let path = "\(folder)/\(split)"
    guard !isFolder(path) else { return path }
    let others = try names(in: folder).filter { isFolder("\(folder)/\($0)") }
    if isFolderOfClasses(folder) {
      throw Failure(
        .noInput, "\(folder) has no folder \(split), but the classes themselves",
        advice:
          "name no parts: leave data.train, data.validation and data.test out; data: {testShare: 0.2} keeps some images "
          + "to test on")
    }
    if others.isEmpty, try names(in: folder).contains(where: isImage) {
      let parent = URL(filePath: folder).deletingLastPathComponent().relativePath
      throw Failure(
        .noInput, "\(folder) has no folder \(split), but images of one class",
        advice: "each class has a folder of images: name the folder that holds them all, such as \(parent)")
    }
    let held = others.isEmpty ? "it has no folders at all" : "it has \(list(others))"
    // No hint if the recipe names parts: its user knows of them.
    let meant =
      split != "train"
      ? nil : others.first { isFolderOfClasses("\(folder)/\($0)") || isFolder("\(folder)/\($0)/\(split)") }
    throw Failure(
      .noInput, "\(folder) has no folder \(split)",
      advice: nearestName(to: split, among: others).map { "did you mean \($0)?" }
        ?? meant.map { "\(held); for the images in \($0), write data: \(folder)/\($0)" } ?? held)
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", … (\(names.count))" : "")
  }

  /// The names in a folder, in the order of their bytes.
  private static func names(in folder: String) throws -> [String] {
    do {
      return try shownNames(inFolder: folder)
    } catch let failure as Failure where failure.exitCode == .noInput && !isFolder(folder) {
      let exists = FileManager.default.fileExists(atPath: folder)
      throw Failure(
        .noInput, "\(folder) \(exists ? "is not a folder" : "is missing")",
        advice: "it must be a folder of images" + (exists ? "" : pathAdvice(folder).map { "; \($0)" } ?? ""))
    }
  }
}

private func isFolder(_ path: String) -> Bool {
  var isFolder: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
}
