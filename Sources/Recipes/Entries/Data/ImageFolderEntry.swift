import Datasets
import Diagnostics
import Foundation
import Images
import Tensors

/// Image files in a folder for each class: FOLDER/TRAIN/CLASS/*.jpg, and likewise for validation and test; or, where the
/// folder has no parts, FOLDER/CLASS/*.jpg.
public struct ImageFolderEntry: SplittableEntry {
  /// What happens where a file cannot be read as an image.
  public enum DamagePolicy: String, CaseIterable, Sendable {
    /// It is named once and left out.
    case skip
    /// The job ends, naming it.
    case fail
  }

  /// The folder, relative to the working folder.
  public var folder: String
  /// The folder in it with the training images, unless it holds the classes itself.
  public var train = "train"
  /// The folder in it with the validation images; nil for none.
  public var validation: String?
  /// The folder in it with the test images; nil for none.
  public var test: String?
  /// How many images are kept for validation and testing where there are no folders for them: of the training images,
  /// or for testing of the validation images where there are some.
  public var split = SplitShares()
  /// What is done to each training image.
  public var transforms: [any PipelineEntry] = []
  /// What is done to each other image; nil for those of `transforms` in which chance has no part.
  public var evaluationTransforms: [any PipelineEntry]?
  /// Whether every epoch takes the images in an order of its own.
  public var shuffle = true
  /// The most that each part of the data keeps in memory on each rank, in MiB.
  public var cache = 1024
  /// What happens where a file cannot be read as an image.
  public var damaged = DamagePolicy.skip
  /// The most pixels that a file may have, in millions.
  public var megapixels = 64
  /// Where the data can be had, for the message when it is missing.
  public var origin: String?

  /// Images of a folder.
  public init(folder: String) { self.folder = folder }

  /// Every default; what is required has a placeholder.
  public init() { self.init(folder: "") }

  /// Its name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "image-folder", "JPEG and PNG files in a folder for each class",
    example: "folder: data/photographs, validation: validation, transforms: [resize: {size: [112, 112]}]",
    keys: [
      RecipeKey(
        "folder", \.folder, .text, required: true,
        "the folder with train/CLASS/*.jpg, .jpeg or .png, or with CLASS/* itself"),
      RecipeKey("train", \.train, .text, "the folder in it with the training images"),
      RecipeKey("validation", \.validation, .optional(.text), "the folder in it with the validation images, or none"),
      RecipeKey("test", \.test, .optional(.text), "the folder in it with the test images, or none"),
    ] + splitKeys + [
      RecipeKey(
        "transforms", \.transforms, .list(.transform, least: 0),
        "what is done to each training image, in this order; images of one size need nothing"),
      RecipeKey(
        "evaluationTransforms", \.evaluationTransforms, .optional(.list(.transform, least: 0)),
        "what is done to other images, or none for those of transforms in which chance has no part"),
      RecipeKey("shuffle", \.shuffle, .flag, "whether every epoch has an order of its own"),
      RecipeKey(
        "cache", \.cache, .number(.atLeast(0)), "the MiB of images that each part keeps in memory on each machine"),
      RecipeKey("damaged", \.damaged, .choice, "where a file is no sound image: skip names it once, fail ends the job"),
      RecipeKey(
        "megapixels", \.megapixels, .number(.from(1, through: 100_000)),
        "millions of pixels that a file may have at most"),
      .origin(\.origin),
    ])

  /// The training samples, and those to measure on.
  public func makeSplits(for recipe: Recipe) throws -> DataSplits {
    var notices: [String] = []
    let whole = try samples(train, classNames: nil, &notices)
    let others = try validation.map { try samples($0, classNames: whole.classNames, &notices) }
    let final = try test.map { try samples($0, classNames: whole.classNames, &notices) }
    var parts = Parts(training: whole, validation: others, test: final)
    if let others, split.testShare > 0 {
      let cut = try SeedSplit(of: others, shares: SplitShares(testShare: split.testShare, splitSeed: split.splitSeed))
      (parts.validation, parts.test) = (others.choosing(cut.training), others.choosing(cut.test))
    } else if split.validationShare + split.testShare > 0 {
      let cut = try SeedSplit(of: whole, shares: split)
      parts.training = whole.choosing(cut.training)
      if split.validationShare > 0 { parts.validation = whole.choosing(cut.validation) }
      if split.testShare > 0 { parts.test = whole.choosing(cut.test) }
    }
    return DataSplits(
      training: try dataset(parts.training, transforms, "transforms", .trainingData, recipe),
      validation: try parts.validation.map { try evaluated($0, recipe) },
      test: try parts.test.map { try evaluated($0, recipe) }, notices: notices,
      measuredTraining: evaluationSettings.elementsEqual(transforms) { $0.isEqual(to: $1) }
        ? nil : try evaluated(parts.training, recipe))
  }

  /// The reader of such inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader {
    try ImageReader(
      pipeline: evaluationSettings.makePipeline(key: "data.evaluationTransforms"), shape: facts.inputShape,
      pixelLimit: pixelLimit)
  }

  /// The source of the classes.
  public var classSource: String? { folder }

  /// The part's own file or folder.
  public func path(of split: Split) -> String? {
    switch split {
    case .training: nil
    case .validation: self.split.testShare == 0 ? validation.map { "\(folder)/\($0)" } : nil
    case .test: test.map { "\(folder)/\($0)" }
    }
  }

  /// The samples of one more file or folder.
  public func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String]) {
    var notices: [String] = []
    let all = try ImageSamples(folder: path, split: nil, classNames: facts.classNames, isWhole: false)
    let sound = try withoutDamaged(all, &notices)
    return (try evaluated(sound, recipe), notices)
  }

  /// What the last of the transforms for evaluation takes off and divides by.
  public func inputNormalization() throws -> (mean: [Double], deviation: [Double])? {
    let normalize = try evaluationSettings.makePipeline(key: "data.evaluationTransforms").normalize
    guard normalize != .none else { return nil }
    return ((0..<3).map { normalize.mean[$0] }, (0..<3).map { normalize.deviation[$0] })
  }

  private struct Parts {
    var training: ImageSamples
    var validation: ImageSamples?
    var test: ImageSamples?
  }

  private func samples(_ part: String, classNames: [String]?, _ notices: inout [String]) throws -> ImageSamples {
    let all: ImageSamples
    do {
      all = try ImageSamples(folder: folder, split: isFlat ? nil : part, classNames: classNames)
    } catch let failure as Failure where !FileManager.default.fileExists(atPath: folder) {
      throw missingData(failure.message, path: folder, key: "data.folder", origin: origin)
    }
    return try withoutDamaged(all, &notices)
  }

  /// Whether the folder holds the classes, not parts.
  private var isFlat: Bool {
    validation == nil && test == nil && !FileManager.default.fileExists(atPath: "\(folder)/\(train)")
      && train == ImageFolderEntry(folder: folder).train && ImageSamples.isFolderOfClasses(folder)
  }

  private func withoutDamaged(_ all: ImageSamples, _ notices: inout [String]) throws -> ImageSamples {
    let (sound, damage) = try all.withoutDamaged(pixelLimit: pixelLimit)
    if damaged == .fail, let first = damage.first { throw first }
    notices += all.passedOver.notices(
      root: all.source, reason: "images are files CLASS/*.jpg, .jpeg and .png; other kinds have to be converted")
    notices += damage.map { "\($0.message); left out" }
    return sound
  }

  private var pixelLimit: Int { megapixels * 1_000_000 }

  private func evaluated(_ samples: ImageSamples, _ recipe: Recipe) throws -> ImageFolder {
    try dataset(samples, evaluationSettings, "evaluationTransforms", .testData, recipe)
  }

  private func dataset(
    _ samples: ImageSamples, _ transforms: [any PipelineEntry], _ key: String, _ purpose: RandomPurpose,
    _ recipe: Recipe
  ) throws -> ImageFolder {
    try ImageFolder(
      samples, pipeline: transforms.makePipeline(key: "data.\(key)"), seed: recipe.seed, purpose: purpose, cache: cache,
      pixelLimit: pixelLimit)
  }

  /// What is done to images that are not trained on.
  var evaluationSettings: [any PipelineEntry] {
    evaluationTransforms ?? transforms.deterministic
  }
}

extension ImageFolderEntry.DamagePolicy: Choice {}

extension SeedSplit {
  /// Splits images, each class alike.
  fileprivate init(of images: ImageSamples, shares: SplitShares) throws {
    try self.init(count: images.samples.count, classes: images.samples.map { Int32($0.label) }, shares: shares)
  }
}
