import Datasets
import Diagnostics
import Foundation
import Images
import Tensors

/// Image files that CSV files list, with a class, several classes or numbers for each.
public struct ImageListEntry: FileEntry, ImageEntry {
  /// The list of the training images, relative to the working directory.
  public var train: String
  /// The list of the validation images; nil for none.
  public var validation: String?
  /// The list of the test images; nil for none.
  public var test: String?
  /// The folder from which paths in the lists start; nil for the folder of each list.
  public var folder: String?
  /// The column of the paths, by name or index from 0; nil for the first.
  public var image: String?
  /// The column of the class, by name or index from 0; nil for the last.
  public var label: String?
  /// The column of several classes, by name or index from 0.
  public var labels: String?
  /// The columns of the target numbers, by name or index from 0; nil for the last.
  public var targets: [String]?
  /// Whether the first row names the columns.
  public var header = true
  /// The character between fields.
  public var separator = CSVStyle.Separator.comma
  /// The character before a number's fraction.
  public var decimal = CSVStyle.Decimal.point
  /// How many training images are set aside for validation and testing.
  public var split = SplitShares()
  /// The column of each image's group, by name or index from 0; nil if images are independent.
  public var splitBy: String?
  /// The transforms of each training image.
  public var transforms: [any PipelineEntry] = []
  /// The transforms of all other images; nil for those of `transforms` that are not random.
  public var evaluationTransforms: [any PipelineEntry]?
  /// Whether each epoch shuffles the images.
  public var shuffle = true
  /// The most memory, in MiB, that each part of the data keeps images in on each machine.
  public var cache = 1024
  /// The threads that read and transform images beside the training; nil to use idle processors.
  public var threads: Int?
  /// What to do if a file is missing or cannot be read as an image.
  public var damaged = ImageFolderEntry.DamagePolicy.skip
  /// The most pixels of a file, in millions.
  public var megapixels = 64
  /// The channels that images are read with.
  public var colors = PixelFormat.Colors.rgb
  /// The bits of a channel: 8 or 16.
  public var depth = PixelFormat.Depth.eight.rawValue
  /// Where to get the data, for the message if it is missing.
  public var origin: String?

  /// Images of a list.
  public init(train: String) { self.train = train }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(train: "") }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "image-list", "image files that a CSV file lists, with a class, several classes or numbers for each",
    example: "train: list.csv, image: path, label: species, testShare: 0.2, transforms: [resize: {size: [112, 112]}]",
    keys: fileKeys("a CSV file with one image on each row") + [
      RecipeKey(
        "folder", \.folder, .optional(.text),
        "the folder from which the paths in the lists start, or none for the folder of each list"),
      RecipeKey(
        "image", \.image, .optional(.text), "the column of the paths, by name or index from 0, or none for the first"),
      RecipeKey(
        "label", \.label, .optional(.text), "the column of the class, by name or index from 0, or none for the last"),
      RecipeKey(
        "labels", \.labels, .optional(.text),
        "for loss: binary-cross-entropy or binary-focal: the column of an image's classes, between semicolons, or between "
          + "blanks if no row has a semicolon, or none"),
      RecipeKey(
        "targets", \.targets, .optional(.list(.text)),
        "for losses on numbers: the columns of the target, by name or index from 0, or none for the last"),
      RecipeKey("header", \.header, .flag, "whether the first row names the columns"),
      RecipeKey("separator", \.separator, .choice, "the character between fields: comma, semicolon or tab"),
      RecipeKey("decimal", \.decimal, .choice, "the character before a number's fraction: point or comma"),
    ] + splitKeys + [groupKey("the column that says the group of each image, by name or index from 0")] + imageKeys
      + [.origin(\.origin)])

  /// Checks the shares, and that one key at most names the target.
  public func check(_ section: RecipeSection) throws {
    try checkSplit(section)
    try checkDepth(section)
    let named = [("label", label != nil), ("labels", labels != nil), ("targets", targets != nil)].filter(\.1).map(\.0)
    guard named.count > 1 else { return }
    throw section.conflict(
      of: named, "\(named.map(section.path(of:)).joined(separator: " and ")) both name the target",
      advice: "give one: label for one class, labels for several, targets for numbers")
  }

  /// Reads the training, validation and test images.
  public func makeSplits(for recipe: Recipe) throws -> DataSplits {
    try checkTargets(recipe)
    var notices: [String] = []
    let extras = SampleExtras(group: splitBy)
    let whole = try list(train, recipe, extras: extras, &notices)
    try checkClasses(of: whole)
    let others = try [validation, test].map { path in
      try path.map {
        try list(
          $0, recipe, extras: SampleExtras(group: whole.groups?.source, needsGroup: false),
          classNames: whole.classNames, &notices)
      }
    }
    var splits = try makeParts(
      (whole, others[0], others[1]), notices: notices,
      cut: { try SeedSplit(count: $0.count, classes: $0.classes, groups: $0.groups, shares: split) },
      groups: { groups, list, part in
        let source = groups.source
        groups.add(list.groups, of: part, otherwise: "\(list.path) has no column \(source)")
      },
      choosing: { $0.choosing($1) }, dataset: { try dataset($0, like: $1, recipe) })
    splits.images = try [whole.file(of: nil), others[0]?.file(of: .validation), others[1]?.file(of: .test)]
      .compactMap(\.self)
    return splits
  }

  /// Where the classes come from, for messages.
  public var classSource: String? { "\(train): \((label ?? labels).map { "column \($0)" } ?? "the last column")" }

  /// Makes the reader of new inputs: image files.
  public func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader {
    InputFileReader(
      inputs: try makeImageReader(shape: facts.inputShape), sourceEndings: ["csv", "tsv", "txt", "csv.gz"],
      kind: "a list of images", wanted: "image files")
  }

  /// Reads the images of another list.
  public func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String]) {
    var notices: [String] = []
    let names = facts.classNames.isEmpty ? nil : facts.classNames
    let list = try list(path, recipe, extras: SampleExtras(), classNames: names, &notices)
    return (try dataset(list, like: Shape(facts.inputShape), recipe), notices)
  }

  /// Checks that the keys of the target fit the loss.
  private func checkTargets(_ recipe: Recipe) throws {
    try recipe.checkTargetKeys(label: label, targets: targets)
    guard labels != nil, recipe.loss.targetKind == .classes else { return }
    throw Failure(
      .configuration, "loss \(recipe.loss.kind) compares with one class, but data.labels names several",
      advice:
        "to learn several classes of an image, write loss: binary-cross-entropy; to learn one, data.label in place "
        + "of data.labels")
  }

  /// Throws if the last column is the class only by default, and looks like a number to learn.
  private func checkClasses(of list: ImageList) throws {
    guard label == nil, labels == nil, targets == nil, list.classes != nil else { return }
    let numbers = list.classNames.compactMap { Double($0.replacing(",", with: ".")) }
    guard numbers.count == list.classNames.count, numbers.contains(where: { $0.rounded() != $0 }) else { return }
    let name = YAMLOutput.quotedIfNeeded(list.targetName)
    throw Failure(
      .data,
      "\(train): the last column, \(list.targetName), holds \(numbers.count) different numbers, such as "
        + "\(list.classNames[0]), which would be as many classes",
      advice: "to learn the number, write loss: mse and data: {targets: [\(name)]}; "
        + "if they are classes after all, data: {label: \(name)}")
  }

  private func list(
    _ path: String, _ recipe: Recipe, extras: SampleExtras, classNames: [String]? = nil,
    _ notices: inout [String]
  ) throws -> ImageList {
    let target: ImageList.Target? =
      label.map { .label($0) } ?? labels.map { .labels($0) } ?? targets.map { .numbers($0) }
    let all: ImageList
    do {
      all = try ImageList(
        contentsOf: path, style: CSVStyle(separator: separator, decimal: decimal, hasHeader: header),
        columns: ImageList.Columns(
          image: image, target: target, areNumbers: recipe.loss.targetKind != .classes, extras: extras),
        folder: folder, classNames: classNames)
    } catch let failure as Failure where path == train && !FileManager.default.fileExists(atPath: path) {
      throw missingData(failure.message, path: path, key: "data.train", origin: origin)
    }
    let (sound, damage) = try all.withoutDamaged(pixelLimit: pixelLimit, needsAll: classNames == nil)
    try leaveOut(damage, &notices)
    return sound
  }

  private func dataset(
    _ list: ImageList, like training: Shape?, _ recipe: Recipe
  ) throws -> ImageDataset {
    try ImageDataset(
      list, targets: list.targets, classNames: list.classNames, targetNames: list.targetNames, sizes: list.sizes,
      like: training, pipeline: pipeline(like: training), seed: recipe.seed,
      purpose: training == nil ? .trainingData : .testData,
      cache: cache, threads: threads, pixelLimit: pixelLimit, format: format)
  }
}
