import Diagnostics
import Formats
import Images

/// Image files and their targets: the rows of a CSV file.
public struct ImageList: ImageSource {
  /// The targets of a list.
  public enum Target: Equatable, Sendable {
    /// The class in this column.
    case label(String)
    /// The classes in this column, between semicolons, or between blanks if it has no semicolons: a row of 0 and 1.
    case labels(String)
    /// The numbers in these columns.
    case numbers([String])
  }

  /// The use of a list's columns.
  public struct Columns: Equatable, Sendable {
    /// The column of the files' paths; nil for the first.
    public var image: String?
    /// The column or columns of the target; nil for the last: a class, or a number if `areNumbers`.
    public var target: Target?
    /// Whether targets are numbers if no column is named.
    public var areNumbers: Bool
    /// The column of the groups.
    public var extras: SampleExtras

    /// Names the columns.
    public init(
      image: String? = nil, target: Target? = nil, areNumbers: Bool = false, extras: SampleExtras = SampleExtras()
    ) {
      (self.image, self.target, self.areNumbers, self.extras) = (image, target, areNumbers, extras)
    }
  }

  /// The path of the CSV file.
  public let path: String
  /// The classes' names in the order of their indices or numbers; empty if targets are other numbers.
  public let classNames: [String]
  /// The target of each image.
  public let targets: ImageTargets
  /// The group of each image; nil if none were read.
  public let groups: SampleGroups?
  /// The size of each image; nil before `withoutDamaged`.
  public var sizes: [ImageSize?] { facts.map { $0?.size } }
  /// The names of a target's numbers: the classes, or the columns; empty if they have none.
  public let targetNames: [String]
  /// The name of the column of classes.
  public let targetName: String
  private let files: [String]
  /// What is known of each image; nil before `withoutDamaged`.
  private let facts: [ImageFacts?]

  /// Reads a list.
  /// - Parameters:
  ///   - path: the CSV file.
  ///   - style: its format.
  ///   - columns: the use of its columns.
  ///   - folder: the folder from which its paths start; nil for the one it is in.
  ///   - classNames: the classes of the training images; nil for those of the list.
  /// - Throws: `Failure` (noInput, inputOutput, data) naming the file, the line, the column and what would be right.
  public init(
    contentsOf path: String, style: CSVStyle, columns: Columns, folder: String? = nil, classNames known: [String]? = nil
  ) throws {
    var table = try CSVTable(contentsOf: path, style: style)
    if style.hasHeader, let name = table.columns.first(where: ImageSamples.isImage) {
      throw Failure(
        .data, "\(path):1: the first row is an image, \(shortened(name)), not a list of names",
        advice: "write data: {header: false}, and name columns by their indices from 0; or put a row of names before it"
      )
    }
    let imagePlace = try columns.image.map { try table.place(of: $0, use: "data.image names") } ?? 0
    let last = table.columns.count - 1
    let target = columns.target ?? (columns.areNumbers ? .numbers(["\(last)"]) : .label("\(last)"))
    let places: [Int]
    switch target {
    case _ where columns.target == nil:
      guard imagePlace != last, table.columns.count > 1 else {
        throw Failure(
          .data, "\(path): the last column, \(table.name(last)), has the images, so there is no target",
          advice: "a list has a column of images and one of classes or numbers; name them by data.image and data.label")
      }
      places = [last]
    case .label(let column): places = [try table.place(of: column, use: "data.label names")]
    case .labels(let column): places = [try table.place(of: column, use: "data.labels names")]
    case .numbers(let columns): places = try columns.map { try table.place(of: $0, use: "data.targets names") }
    }
    if let place = places.first(where: { $0 == imagePlace }) {
      throw Failure(
        .data, "\(path): column \(table.name(place)) is both the image and the target", advice: "name another column")
    }
    let groupPlace = try table.groupPlace(columns.extras)
    var (files, groups): ([String], [String]) = ([], [])
    var labels: [(names: [String], line: Int)] = []
    var values: [Float] = []
    let start = folder ?? path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    let work = LongWork("reading \(path)", total: table.progress.all)
    while let row = try table.next() {
      let file = try table.image(row, imagePlace)
      files.append(file.hasPrefix("/") || start.isEmpty ? file : "\(start)/\(file)")
      if let groupPlace { groups.append(try table.group(row, groupPlace)) }
      switch target {
      case .label: labels.append(([try table.label(row, places[0])], row.line))
      case .labels: labels.append(([try table.labels(row, places[0])], row.line))
      case .numbers: for place in places { values.append(try table.number(row, place)) }
      }
      if files.count.isMultiple(of: 256) { work.show(done: table.progress.done) }
    }
    guard !files.isEmpty else {
      throw Failure(.data, "\(path): there are no rows after the header", advice: "each row is one image")
    }
    if case .labels = target {
      let separator = LabelSeparator(of: labels.lazy.map { $0.names[0] }, known: known)
      labels = labels.map { (separator.names($0.names[0]), $0.line) }
    }
    let names = labels.isEmpty ? [] : known ?? ClassLabels.sorted(Set(labels.flatMap(\.names)))
    guard labels.isEmpty || !names.isEmpty else {
      throw Failure(
        .data, "\(path): column \(table.name(places[0])) is empty in all rows",
        advice: "it has the classes of each image")
    }
    let indices = Dictionary(uniqueKeysWithValues: zip(names, Int32(0)...))
    let classes = try labels.map { label in
      try label.names.map { name in
        guard let index = indices[name] else {
          throw Failure(
            .data, "\(path):\(label.line): \"\(shortened(name))\" is not a class of the training samples",
            advice: "they have the classes \(names.prefix(20).joined(separator: ", "))\(names.count > 20 ? ", …" : "")")
        }
        return index
      }
    }
    switch target {
    case .label:
      targetNames = []
      targets = .classes(classes.map { $0[0] })
    case .labels:
      targetNames = names
      var rows = [Float](repeating: 0, count: classes.count * names.count)
      for (row, classes) in classes.enumerated() { for index in classes { rows[row * names.count + Int(index)] = 1 } }
      targets = .values(rows, width: names.count)
    case .numbers:
      targetNames = style.hasHeader ? places.map(table.name) : []
      targets = .values(values, width: places.count)
    }
    (self.path, self.files, classNames) = (path, files, names)
    self.groups = groupPlace.map { SampleGroups(groups, from: table.name($0)) }
    targetName = table.name(places[0])
    facts = Array(repeating: nil, count: files.count)
  }

  private init(_ other: ImageList, choosing indices: [Int], facts: [ImageFacts?]) {
    (path, classNames, targetName) = (other.path, other.classNames, other.targetName)
    targetNames = other.targetNames
    targets = other.targets.choosing(indices)
    groups = other.groups.map { all in SampleGroups(indices.map { all.names[$0] }, from: all.source) }
    files = indices.map { other.files[$0] }
    self.facts = indices.map { facts[$0] }
  }

  /// The number of images.
  public var count: Int { files.count }

  /// The class of each image; nil if targets are numbers.
  public var classes: [Int32]? { if case .classes(let classes) = targets { classes } else { nil } }

  /// The file's path.
  public func name(of index: Int) -> String { files[index] }

  /// Reads a file.
  /// - Throws: as `readFile`, (data) if the file is not the one that was checked.
  public func read(_ index: Int, into bytes: inout [UInt8], limit: Int) throws {
    try readImage(files[index], as: facts[index], into: &bytes, limit: limit)
  }

  /// The images as they are now, to see later whether they have changed; the list is a file of its own.
  /// - Throws: `Failure` (unavailable) if there is no SHA-256.
  public func file(of split: Split?) throws -> DataFile {
    try DataFile(imagesOf: path, in: ImageIndex.folder(of: path), split: split, zip(files, facts))
  }

  /// The images with these indices, in the order of the list.
  public func choosing(_ indices: [Int]) -> ImageList { ImageList(self, choosing: indices.sorted(), facts: facts) }

  /// Reads every file that is not known to be sound from an earlier time, and leaves out those that are missing or damaged.
  /// - Parameters:
  ///   - pixelLimit: the largest number of pixels that a file may claim.
  ///   - needsAll: whether each class must keep an image.
  ///   - least: the number of files from which on it is noted which are sound.
  /// - Returns: the sound images, and why each other one was left out.
  /// - Throws: `Failure` (data) if no image is left, or none of a class; or as `check`.
  public func withoutDamaged(
    pixelLimit: Int = ImageDecoder.defaultPixelLimit, needsAll: Bool = true, least: Int = ImageIndex.usualLeast
  ) throws -> (sound: ImageList, damage: [Failure]) {
    let folder = ImageIndex.folder(of: path)
    let index = "\(folder).\(path.dropFirst(folder.count))\(ImageIndex.name)"
    let found = try ImageIndex.check(self, path, index: index, pixelLimit: pixelLimit, least: least)
    let sound = ImageList(self, choosing: found.sound, facts: found.facts)
    guard sound.count > 0 else {
      throw Failure(.data, "\(path): no image can be read", advice: found.damage.first?.failure.message)
    }
    if needsAll, case .classes(let classes) = targets, case .classes(let kept) = sound.targets {
      let remaining = Set(kept)
      for (label, name) in classNames.enumerated() where !remaining.contains(Int32(label)) {
        throw Failure(
          .data, "\(path): no image of the class \(name) can be read",
          advice: found.damage.first { classes[$0.index] == label }?.failure.message)
      }
    }
    return (sound, found.damage.map(\.failure))
  }
}
