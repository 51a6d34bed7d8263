import Datasets
import Diagnostics
import Foundation

/// Grey images and labels from IDX files, the format of MNIST; they may be gzipped.
public struct IDXEntry: SplittableEntry {
  /// The folder of files with MNIST's usual names, relative to the working directory; nil if all files are named.
  public var folder: String?
  /// The file of the training images; nil for the folder's.
  public var trainImages: String?
  /// The file of the training labels; nil for the folder's.
  public var trainLabels: String?
  /// The file of the test images; nil for the folder's, if it has them.
  public var testImages: String?
  /// The file of the test labels; nil for the folder's, if it has them.
  public var testLabels: String?
  /// The classes' names in the order of their labels; nil for "0", "1", … up to the largest.
  public var classNames: [String]?
  /// The mean to subtract from pixels; 8-bit ones are scaled to 0…1 before.
  public var mean = 0.0
  /// The standard deviation that divides pixels after that.
  public var std = 1.0
  /// Whether each epoch shuffles the images.
  public var shuffle = true
  /// How many training images are set aside for validation and testing.
  public var split = SplitShares()
  /// Where to get the data, for the message if it is missing.
  public var origin: String?

  /// The files of a folder.
  public init(folder: String? = nil) { self.folder = folder }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(folder: nil) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "idx", "grey images and labels from IDX files, the format of MNIST; they may be gzipped",
    example: "folder: data/mnist, mean: 0.1307, std: 0.3081, validationShare: 0.1",
    keys: [
      RecipeKey("folder", \.folder, .optional(.text), "the folder with files of MNIST's usual names, or none"),
      RecipeKey("trainImages", \.trainImages, .optional(.text), "the training images, or none for the folder's"),
      RecipeKey("trainLabels", \.trainLabels, .optional(.text), "the training labels, or none for the folder's"),
      RecipeKey("testImages", \.testImages, .optional(.text), "the test images, or none for the folder's"),
      RecipeKey("testLabels", \.testLabels, .optional(.text), "the test labels, or none for the folder's"),
      RecipeKey(
        "classNames", \.classNames, .optional(.list(.text)),
        "the classes' names in the order of their labels, or none for 0, 1, and so on"),
      RecipeKey("mean", \.mean, .number(), "subtracted from pixels; 8-bit ones are scaled to 0…1 before"),
      RecipeKey("std", \.std, .number(.above(0)), "the divisor of pixels after that"),
      .shuffle(\.shuffle),
    ] + splitKeys + [.origin(\.origin)])

  /// Checks that files are named, and no part twice.
  public func check(_ section: RecipeSection) throws {
    guard folder != nil || (trainImages != nil && trainLabels != nil) else {
      throw section.place.failure(
        "\(section.path) names no training images and labels",
        advice: "give data.folder, or data.trainImages and data.trainLabels")
    }
    guard (testImages == nil) == (testLabels == nil) || folder != nil else {
      throw section.conflict(
        of: ["testImages", "testLabels"], "\(section.path) names test images or labels, but not both",
        advice: "give data.testImages and data.testLabels")
    }
    try section.checkClasses(classNames, key: "classNames")
    try checkSplit(section, test: "testImages")
  }

  /// Reads or generates the training, validation and test samples.
  public func makeSplits(for recipe: Recipe) throws -> DataSplits {
    let hasTest = testImages != nil || found("t10k-images", 3) != nil
    guard !hasTest || split.testShare == 0 else {
      throw Failure(
        .configuration, "data.testShare is \(split.testShare.recipeText), but \(folder ?? ".") has test images already",
        advice: "leave testShare out, or name data.trainImages and data.trainLabels with data.folder=none")
    }
    let training = try IDXDataset(
      images: file(trainImages, "train-images", 3), labels: file(trainLabels, "train-labels", 1),
      classNames: classNames, mean: Float(mean), std: Float(std))
    try recipe.checkClassCount(of: training)
    let parts = DataSplits(
      training, split: try SeedSplit(count: training.count, classes: training.classes, shares: split))
    guard hasTest else { return parts }
    let test = try IDXDataset(
      images: file(testImages, "t10k-images", 3), labels: file(testLabels, "t10k-labels", 1),
      classNames: training.classNames, mean: Float(mean), std: Float(std))
    guard test.inputShape == training.inputShape else {
      throw Failure(
        .data, "test images are of \(test.inputShape) pixels, training images of \(training.inputShape)",
        advice: "all images must be of one size")
    }
    return DataSplits(training: parts.training, validation: parts.validation, test: test)
  }

  /// Reads a folder's test images, or its training images if it has no others.
  public func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String]) {
    var source = self
    source.folder = path
    let part = source.found("t10k-images", 3) == nil ? "train" : "t10k"
    let data = try IDXDataset(
      images: source.file(nil, "\(part)-images", 3), labels: source.file(nil, "\(part)-labels", 1),
      classNames: facts.classNames, mean: Float(mean), std: Float(std))
    return (data, [])
  }

  /// The files of images and labels.
  public var files: [(path: String, split: Split?)] {
    let parts: [(path: String?, name: String, rank: Int, split: Split?)] = [
      (trainImages, "train-images", 3, nil), (trainLabels, "train-labels", 1, nil),
      (testImages, "t10k-images", 3, .test), (testLabels, "t10k-labels", 1, .test),
    ]
    return parts.compactMap { part in (part.path ?? found(part.name, part.rank)).map { (path: $0, split: part.split) } }
  }

  /// Where the classes come from, for messages.
  public var classSource: String? { trainLabels ?? folder }

  /// Makes the reader of new inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) -> any InputReader {
    IDXReader(shape: facts.inputShape, mean: Float(mean), std: Float(std))
  }

  /// The mean and the deviation, if they change anything.
  public func inputNormalization() -> (mean: [Double], deviation: [Double])? {
    mean == 0 && std == 1 ? nil : ([mean], [std])
  }

  /// The same files with pixels as they are, 8-bit ones from 0 to 1.
  public var withoutNormalization: IDXEntry {
    var entry = self
    (entry.mean, entry.std) = (0, 1)
    return entry
  }

  /// The keys `mean` and `std`.
  public func normalization(means: [Double], deviations: [Double]) -> String? {
    guard means.count == 1, deviations[0] > 0 else { return nil }
    return "mean: \(means[0].fourDigits), std: \(deviations[0].fourDigits)"
  }

  /// The named file, or else the folder's.
  private func file(_ named: String?, _ stem: String, _ axes: Int) throws -> String {
    if let path = named ?? found(stem, axes) { return path }
    throw missingData(
      "\(folder ?? "."): there is no \(stem)-idx\(axes)-ubyte.gz and no \(stem)-idx\(axes)-ubyte", path: folder ?? ".",
      key: "data.folder", origin: origin)
  }

  /// The folder's file of MNIST's name, gzipped or not; some copies have a dot instead of the second dash.
  private func found(_ stem: String, _ axes: Int) -> String? {
    guard let folder else { return nil }
    return ["-", "."].flatMap { ["\(stem)\($0)idx\(axes)-ubyte", "\(stem)\($0)idx\(axes)-ubyte.gz"] }
      .map { "\(folder)/\($0)" }.first { FileManager.default.fileExists(atPath: $0) }
  }
}
